/**
 * The guard of `budgets`: the state of each request, which is its ledger and the statements beyond its route's budget.
 */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { requestError } from '../http/errors.ts';
import type { ObservationPort } from '../observation/observation-port.ts';
import { explain, type Overrun, overrunOf, type RouteBudget } from './budget.ts';
import { Ledger, type LedgerOptions } from './ledger.ts';
import type { CheckedOptions } from './options.ts';
import { hideCost, isStream, problemInstead, showCost } from './reply.ts';

export const LEDGER = Symbol('hotpath/budget ledger');
export const OVERRUN = Symbol('hotpath/budget overrun');
export const SETTLED = Symbol('hotpath/budget settled');

interface GuardedRequest {
  [LEDGER]?: Ledger | undefined;
  [OVERRUN]?: Overrun | undefined;
  /** Whether the reply is on its way, so that later statements do not belong to it. */
  [SETTLED]?: boolean | undefined;
}

export class BudgetGuard {
  readonly options: CheckedOptions;
  /** Requests over budget since the start, by route. */
  readonly overruns = new Map<string, number>();
  readonly #ledgerOptions: LedgerOptions;

  constructor(options: CheckedOptions, port: ObservationPort) {
    this.options = options;
    this.#ledgerOptions = { sites: options.mode !== 'count', ignore: options.ignore, port };
  }

  /**
   * The ledger of a request. If another plugin answered the request before its ledger was opened, the ledger is empty.
   */
  ledgerOf(request: FastifyRequest): Ledger {
    const guarded = request as GuardedRequest;
    guarded[LEDGER] ??= new Ledger(this.#ledgerOptions);
    return guarded[LEDGER];
  }

  /** Settles a request whose reply is ready. @returns the payload, or a problem document instead. */
  settle(request: FastifyRequest, reply: FastifyReply, payload: unknown): unknown {
    if (this.#mayShowCost(request, reply)) showCost(this.ledgerOf(request), reply, this.options);
    else hideCost(reply, this.options);
    (request as GuardedRequest)[SETTLED] = !isStream(payload);
    const overrun = this.#overrun(request);
    if (!overrun || this.options.mode !== 'throw') return payload;
    return problemInstead({ error: requestError('budgetExceeded', explain(overrun)), payload }, request, reply);
  }

  /** Settles a request whose reply was a stream, or bypassed Fastify: the guard can no longer make it fail. */
  settleLate(request: FastifyRequest): void {
    const guarded = request as GuardedRequest;
    if (!guarded[SETTLED] && !guarded[OVERRUN]) this.#overrun(request);
  }

  #overrun(request: FastifyRequest): Overrun | undefined {
    const overrun = overrunOf(this.ledgerOf(request), this.#budgetOf(request));
    if (!overrun) return undefined;
    (request as GuardedRequest)[OVERRUN] = overrun;
    this.overruns.set(overrun.route, (this.overruns.get(overrun.route) ?? 0) + 1);
    if (this.options.mode === 'warn') request.log.warn(`Over budget: ${explain(overrun)}`);
    if (this.options.mode === 'throw') request.log.error(`Over budget: ${explain(overrun)}`);
    return overrun;
  }

  #budgetOf({ method, routeOptions: { url = '(no route)', config } }: FastifyRequest): RouteBudget {
    const { budget = this.options.default, repeated = this.options.repeated } = config ?? {};
    return { route: `${method} ${url}`, budget, repeated };
  }

  /**
   * A refusal may concern an existing row or a missing one. The number of statements, and whether a cache had the
   * answer, can differ between the two and so reveal which it is. In production the guard shows them only to permitted
   * requests.
   */
  #mayShowCost(request: FastifyRequest, reply: FastifyReply): boolean {
    const { mode, showsCost } = this.options;
    if (mode !== 'count' || reply.statusCode < 400) return true;
    try {
      return showsCost(request) === true;
    } catch (err) {
      request.log.error({ err }, 'The option `showsCost` of hotpath/budget failed: the cost is not shown.');
      return false;
    }
  }
}

/** The ledger of a request, once the guard has opened one. */
export const openedLedger = (request: FastifyRequest): Ledger | undefined => (request as GuardedRequest)[LEDGER];

/** The overrun of a request so far; undefined before the reply is on its way. */
export const foundOverrun = (request: FastifyRequest): Overrun | undefined => (request as GuardedRequest)[OVERRUN];
