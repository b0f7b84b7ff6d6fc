/**
 * `budgets`: the guard against N+1 as a Fastify plugin, for an existing application on Prisma, Drizzle or `pg`.
 *
 *     app.register(budgets, { pool, mode: 'throw' });
 *     app.get('/users/:id', { config: { budget: 2 } }, handler);
 *
 * A request is over budget if it sends more statements than its route's budget, or one statement three times. The
 * plugin covers every route of its scope. It does not count statements of hooks that the application added before the
 * plugin. It checks the `config` of routes that the application declares after the plugin; if `required` is set, it
 * refuses such a route without a budget.
 */
import type { FastifyInstance, FastifyRequest, RouteOptions } from 'fastify';
import fp from 'fastify-plugin';
import { portOf } from '../observation/port-of.ts';
import type { Overrun } from './budget.ts';
import { BudgetGuard, foundOverrun, LEDGER, OVERRUN, SETTLED } from './budget-guard.ts';
import { countStatements } from './count-statements.ts';
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
    /** The number of statements that a request of this route may send. */
    budget?: number;
    /**
     * The number of times at which a repeated statement in one request of this route is over budget; `Infinity`: never.
     */
    repeated?: number;
  }
  interface FastifyRequest {
    /** The statements of this request so far. */
    readonly ledger: Ledger;
    /** The statements beyond the route's budget. It is set once the reply is on its way. */
    readonly overrun: Overrun | undefined;
  }
  interface FastifyInstance {
    /** Requests over budget since the start, by route. */
    readonly overruns: ReadonlyMap<string, number>;
  }
}

/** The plugin that counts the statements of each request and compares the count with the route's budget. */
export const budgets = fp<BudgetsOptions>(
  async (app, given) => {
    const options = checkedOptions(given);
    mustBeAlone(app, options);
    const port = portOf(app);
    for (const pool of options.pools) port.pools.add(pool);
    const guard = new BudgetGuard(options, port);
    decorate(app, guard);
    const undo = options.pools.map(countStatements);
    app.addHook('onClose', async () => undo.forEach((each) => void each()));
    app.addHook('onRoute', (route) => checkRoute(route, options));
    app.addHook('onRequest', (request, _reply, done) => withLedger(guard.ledgerOf(request), done));
    // An arriving body, or a plugin that waits for an event, continues in another asynchronous context.
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

function decorate(app: FastifyInstance, guard: BudgetGuard): void {
  app.decorate(GUARDED, true);
  // Declared at registration, so that all request objects have one shape.
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
