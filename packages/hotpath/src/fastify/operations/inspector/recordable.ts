/**
 * Lets `hotpath record` record the traffic of a server that has no inspector.
 *
 *     app.register(recordable, { token });
 *
 * Register it before `hotpath`, in the same scope. While no recorder polls, it costs each request one look at a property.
 */
import fp from 'fastify-plugin';
import { TrafficTap } from '../../../replay/traffic-tap.ts';
import { InspectorAccess } from './access.ts';
import type { InspectorOptions } from './inspector.ts';
import { INSPECTOR_PATH, printAddress } from './inspector-address.ts';
import { addTrafficRoute, tapRequest } from './tapped-requests.ts';

/** The options of `recordable`: which requests may record. */
export type RecordableOptions = Pick<InspectorOptions, 'token' | 'mayInspect'>;

/** The plugin that lets `hotpath record` record the traffic of a server; the inspector includes it. */
export const recordable = fp<RecordableOptions>(
  async (app, options) => {
    const tap = new TrafficTap();
    const access = new InspectorAccess(options);
    app.addHook('onResponse', (request, reply, done) => {
      if (tap.isOpen) tapRequest(tap, request, reply);
      done();
    });
    app.addHook('onClose', async () => tap.close());
    await app.register(
      async (api) => {
        api.addHook('onRequest', async (request) => access.check(request));
        addTrafficRoute(api, tap);
      },
      { prefix: `${INSPECTOR_PATH}/api` },
    );
    printAddress(app, access, 'Traffic can be recorded at');
  },
  { name: 'hotpath-recordable', fastify: '5.x' },
);
