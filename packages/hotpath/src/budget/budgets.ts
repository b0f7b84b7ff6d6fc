/**
 * `budgets`: the guard against N+1 as a Fastify plugin, for an application on Prisma, Drizzle or `pg` as it is.
 *
 *     app.register(budgets, { pool, mode: 'throw' });
 *     app.get('/users/:id', { config: { budget: 2 } }, handler);
 *
 * A request that sends the same statement three times, or more statements than its route's budget, is over budget. That
 * holds for every route of the scope; what a hook sends that was added before the plugin is not counted. Only routes that
 * are declared after it is loaded have their `config` checked, and are refused without one if it is required.
 */
import type { FastifyInstance, FastifyRequest, RouteOptions } from 'fastify';
import fp from 'fastify-plugin';
import { portOf } from '../observation/port-of.ts';
import type { Overrun } from './budget.ts';
import { countStatements } from './count-statements.ts';
import { foundOverrun, Guard, LEDGER, OVERRUN, SETTLED } from './guard.ts';
import { currentLedger, type Ledger, withLedger } from './ledger.ts';
import {
  BUDGET,
  type BudgetsOptions,
  type CheckedOptions,
  checkedOptions,
  isBudget,
  isRepetition,
  must,
  REPETITION,
} from './options.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Statements that a request of this route may send. */
    budget?: number;
    /** From so many times on, the same statement in one request of this route is one too many; `Infinity`: never. */
    repeated?: number;
  }
  interface FastifyRequest {
    /** The statements of this request so far. */
    readonly ledger: Ledger;
    /** What it has spent beyond its route's budget, once its reply is on its way. */
    readonly overrun: Overrun | undefined;
  }
  interface FastifyInstance {
    /** Requests over budget since the start, by route. */
    readonly overruns: ReadonlyMap<string, number>;
  }
}

/** The plugin that counts the statements of each request and holds them against its budget. */
export const budgets = fp<BudgetsOptions>(
  async (app, given) => {
    const options = checkedOptions(given);
    mustBeAlone(app, options);
    const port = portOf(app);
    for (const pool of options.pools) port.pools.add(pool);
    const guard = new Guard(options, port);
    decorate(app, guard);
    const undo = options.pools.map(countStatements);
    app.addHook('onClose', async () => undo.forEach((each) => void each()));
    app.addHook('onRoute', (route) => checkRoute(route, options));
    app.addHook('onRequest', (request, _reply, done) => withLedger(guard.ledgerOf(request), done));
    // A body that arrives, or a plugin that waits for an event, goes on in a context of its own.
    const goOn = (request: FastifyRequest, done: () => void) => {
      const ledger = guard.ledgerOf(request);
      if (currentLedger() === ledger) done();
      else withLedger(ledger, done);
    };
    app.addHook('preValidation', (request, _reply, done) => goOn(request, done));
    app.addHook('preHandler', (request, _reply, done) => goOn(request, done));
    app.addHook('onSend', (request, reply, payload, done) => done(null, guard.settle(request, reply, payload)));
    app.addHook('onResponse', (request, _reply, done) => {
      guard.settleLate(request);
      done();
    });
  },
  { name: 'hotpath-budget', fastify: '5.x' },
);

const GUARDED = Symbol('hotpath/budget');

function mustBeAlone(app: FastifyInstance, { decorate }: CheckedOptions): void {
  if (app.hasDecorator(GUARDED)) throw new Error('hotpath/budget is registered twice for the same routes.');
  if (!decorate) return;
  const taken =
    ['ledger', 'overrun'].find((name) => app.hasRequestDecorator(name)) ?? (app.hasDecorator('overruns') && 'overruns');
  if (!taken) return;
  throw new Error(
    `hotpath/budget adds \`${taken === 'overruns' ? 'app' : 'request'}.${taken}\`, but the application has one already. Register it with \`decorate: false\`.`,
  );
}

function decorate(app: FastifyInstance, guard: Guard): void {
  app.decorate(GUARDED, true);
  // Declared beforehand, so that every request has one shape.
  for (const name of [LEDGER, OVERRUN, SETTLED]) app.decorateRequest(name);
  if (!guard.options.decorate) return;
  app.decorate('overruns', guard.overruns);
  app.decorateRequest('ledger', {
    getter(this: FastifyRequest) {
      return guard.ledgerOf(this);
    },
  });
  app.decorateRequest('overrun', {
    getter(this: FastifyRequest) {
      return foundOverrun(this);
    },
  });
}

function checkRoute({ method, url, config }: RouteOptions, { required }: CheckedOptions): void {
  const { budget, repeated } = config ?? {};
  if (budget === undefined && required) {
    throw new Error(`${method} ${url} declares no budget: add \`config: { budget: n }\`, n statements a request.`);
  }
  const complaint =
    (budget !== undefined && !isBudget(budget) && must('config.budget', budget, BUDGET)) ||
    (repeated !== undefined && !isRepetition(repeated) && must('config.repeated', repeated, REPETITION));
  if (complaint) throw new Error(`${method} ${url}: ${complaint}`);
}
