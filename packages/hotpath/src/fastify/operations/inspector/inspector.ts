/**
 * The inspector: `/_hotpath`, a page of the service itself that says why a request was slow.
 *
 *     app.register(budgets, { pool, mode: 'warn' });
 *     app.register(inspector);
 *
 * It keeps the last requests in memory, with their statements, lines of code, cache look-ups and log lines; it writes
 * nothing to the database. Register it after `budgets` and before `hotpath`, in the same scope. An application with
 * `budgets` alone has no views of the cache and of resources.
 *
 * A request sees its data only with the token, which the plugin prints when the service listens, or if `mayInspect` allows it.
 */
import type { FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import { currentLedger } from '../../../budget/ledger.ts';
import type { InspectorBounds } from '../../../inspector/bounds.ts';
import { tapLog } from '../../../inspector/log-tap.ts';
import { Recorder } from '../../../inspector/recorder.ts';
import { portOf } from '../../../observation/port-of.ts';
import { TrafficTap } from '../../../replay/traffic-tap.ts';
import { InspectorAccess } from './access.ts';
import { INSPECTOR_PATH, printAddress } from './inspector-address.ts';
import { addInspectorPage } from './page-files.ts';
import { RequestWatch } from './request-watch.ts';
import { parseOwnBodies } from './routes/input.ts';
import { addRequestRoutes } from './routes/request-routes.ts';
import { addResourceRoutes } from './routes/resource-routes.ts';
import { addStateRoutes } from './routes/state-routes.ts';
import { addTrafficRoute, tapRequest } from './tapped-requests.ts';

/** The options of `inspector`: what it keeps, and which requests see it. */
export interface InspectorOptions {
  /** The token that opens the page, of at least 16 characters. If neither it nor `mayInspect` is given, one is made and printed. */
  readonly token?: string;
  /** Allows other requests, such as those of administrators. The inspector calls it at each request of the page for data. */
  readonly mayInspect?: (request: FastifyRequest) => boolean;
  /**
   * Keeps the values of statements that read, in memory, so that they can be explained and shown.
   * @defaultValue `true`
   */
  readonly values?: boolean;
  /**
   * Keeps the line of code of each statement, which costs a stack trace a statement.
   * @defaultValue `true`
   */
  readonly lines?: boolean;
  /** The page of a trace elsewhere, with `{traceId}` in its URL: `http://127.0.0.1:16686/trace/{traceId}`. */
  readonly traceUrl?: string | undefined;
  /**
   * How much is kept in memory.
   * @defaultValue 1,000 requests, 16 MiB, 15 minutes
   */
  readonly bounds?: Partial<InspectorBounds>;
}

/** The plugin that serves the page, and the facts that it shows. */
export const inspector = fp<InspectorOptions>(
  async (app, options) => {
    const port = portOf(app);
    if (port.observer) throw new Error('This server is observed already: register the inspector once.');
    const { lines, values, bounds } = options;
    const recorder = new Recorder({ ...bounds, wantsLines: lines ?? true, keepsValues: values ?? true });
    const watch = new RequestWatch(recorder);
    const access = new InspectorAccess(options);
    const tap = new TrafficTap();
    port.observer = recorder;
    const untap = tapLog(app.log, (line) => recorder.addLog(line, currentLedger()));
    // Without its observer the server makes no events, and a record would be empty.
    const isObserving = () => port.observer === recorder;
    app.addHook('onResponse', (request, reply, done) => {
      if (isObserving()) watch.record(request, reply, reply.statusCode);
      if (tap.isOpen) tapRequest(tap, request, reply);
      done();
    });
    app.addHook('onReady', async () => {
      if (!app.hasDecorator('whenAborted')) return;
      app.whenAborted((reply) => isObserving() && watch.record(reply.request, reply, CLIENT_LEFT));
    });
    app.addHook('onClose', async () => {
      untap?.();
      tap.close();
      if (isObserving()) port.observer = undefined;
    });
    await addInspectorPage(app, INSPECTOR_PATH);
    await app.register(
      async (api) => {
        parseOwnBodies(api);
        api.addHook('onRequest', async (request) => access.check(request));
        const parts = { recorder, port, traceUrl: options.traceUrl };
        addRequestRoutes(api, parts);
        addStateRoutes(api, parts);
        addResourceRoutes(api, parts);
        addTrafficRoute(api, tap);
      },
      { prefix: `${INSPECTOR_PATH}/api` },
    );
    printAddress(app, access, 'The inspector is at');
  },
  { name: 'hotpath-inspector', fastify: '5.x' },
);

/** As nginx has it. */
const CLIENT_LEFT = 499;
