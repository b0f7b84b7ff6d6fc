/**
 * Budgets: every route declares how many statements it may spend on one request (`config: { budget: 1 }`), and is
 * held to it. A route that declares none does not register. What happens over budget is the mode's: the reply fails
 * (tests), a warning with the statements and the lines of code (development), a count (production).
 */
import type { FastifyReply, FastifyRequest, RouteOptions } from 'fastify';
import fp from 'fastify-plugin';
import { explain, type Overrun, overrunOf, plural } from 'hotpath/budget/budget';
import { Ledger, withLedger } from 'hotpath/budget/ledger';
import { problemFor } from 'hotpath/edge';
import { type RequestError, requestError } from 'hotpath/http/errors';
import { PROBLEM_MEDIA_TYPE } from 'hotpath/http/problem';
import type { Config } from '../config.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Statements that a request of this route may send. */
    budget?: number;
  }
  interface FastifyRequest {
    ledger: Ledger;
    /** What it has spent beyond its route's budget, once its reply is on its way. */
    overrun: Overrun | undefined;
  }
  interface FastifyInstance {
    /** Requests over budget since the start, by route. */
    readonly overruns: ReadonlyMap<string, number>;
  }
}

export const budget = fp<{ config: Config['budget'] }>(
  async (app, { config: { mode } }) => {
    const overruns = new Map<string, number>();
    app.decorate('overruns', overruns);
    app.decorateRequest('ledger');
    app.decorateRequest('overrun');
    app.addHook('onRoute', mustDeclareBudget);
    app.addHook('onRequest', (request, _reply, done) => {
      request.ledger = new Ledger({ sites: mode !== 'count' });
      withLedger(request.ledger, done);
    });
    app.addHook('onSend', (request, reply, payload, done) => {
      if (mode === 'count' && reply.statusCode >= 400 && !isAdmin(request)) hideCost(reply);
      else showCost(request, reply);
      const overrun = overrunOf(request.ledger, routeOf(request));
      if (!overrun) return done(null, payload);
      request.overrun = overrun;
      overruns.set(overrun.route, (overruns.get(overrun.route) ?? 0) + 1);
      if (mode === 'warn') request.log.warn(`Over budget: ${explain(overrun)}`);
      if (mode !== 'throw') return done(null, payload);
      done(null, replaceBy(requestError('budgetExceeded', explain(overrun)), request, reply));
    });
  },
  { name: 'budget' },
);

function mustDeclareBudget({ method, url, config }: RouteOptions): void {
  if (!Number.isInteger(config?.budget)) {
    throw new Error(`${method} ${url} declares no budget: add \`config: { budget: n }\`, n statements a request.`);
  }
}

/** Who may see everything may see what it cost to find that there is nothing. */
const isAdmin = ({ viewer }: FastifyRequest): boolean => viewer?.role === 'admin';

function showCost({ ledger }: FastifyRequest, reply: FastifyReply): void {
  const others = reply.getHeader('server-timing');
  reply.header('server-timing', others ? `${serverTiming(ledger)}, ${others}` : serverTiming(ledger));
}

/** Headers that say how an answer was found. */
const COST_HEADERS = ['server-timing', 'cache-status', 'age'];

/**
 * A refusal may be of a row that is there and of one that is not. What it cost to find that out, and whether a cache knew,
 * can differ between the two, so in production its viewer is not told.
 */
function hideCost(reply: FastifyReply): void {
  for (const name of COST_HEADERS) reply.removeHeader(name);
}

/** An error in this hook does not reach the error handler any more, so the reply is replaced here. */
function replaceBy(error: RequestError, request: FastifyRequest, reply: FastifyReply): string {
  reply.code(500).removeHeader('content-length').header('content-type', PROBLEM_MEDIA_TYPE);
  return JSON.stringify(problemFor(error, request));
}

/** Routes that are not found have none of their own, and may send nothing. */
function routeOf({ method, routeOptions }: FastifyRequest) {
  return { route: `${method} ${routeOptions.url ?? '(no route)'}`, budget: routeOptions.config.budget ?? 0 };
}

const serverTiming = ({ durationMs, statements }: Ledger): string =>
  `db;dur=${durationMs.toFixed(2)};desc="${plural(statements)}"`;
