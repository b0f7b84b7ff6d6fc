/** Reports each request that has ended to the recorder. On the path of every request, so it does as little as it can. */
import type { FastifyContextConfig, FastifyReply, FastifyRequest } from 'fastify';
import { foundOverrun, openedLedger } from '../../../budget/budget-guard.ts';
import type { Recorder } from '../../../inspector/recorder.ts';
import { pathIn, requestWithoutSecrets, withoutSecrets } from '../../../inspector/secrets.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** A route of the inspector itself, which it does not show. */
    isInspector?: true;
  }
}

/**
 * Each route has a record of an answer from memory at least ten times a second; the next record counts those between.
 * Otherwise a busy service's hits would fill the ring within milliseconds, and push out the slow request.
 */
const RECORD_EVERY_MS = 100;

/** A route: facts that never change, and the answers from memory since its last record. */
interface KnownRoute {
  readonly url: string;
  readonly budget: number | undefined;
  readonly isOwn: boolean;
  /** A probe of an operator, which is shown only if it fails. */
  readonly isProbe: boolean;
  /** Of the last record, in milliseconds since 1970. */
  recordedAt: number;
  unlisted: number;
  unlistedMs: number;
}

export class RequestWatch {
  readonly #recorder: Recorder;
  readonly #routes = new WeakMap<FastifyContextConfig, KnownRoute>();

  constructor(recorder: Recorder) {
    this.#recorder = recorder;
  }

  record(request: FastifyRequest, reply: FastifyReply, status: number): void {
    const route = this.#routeOf(request);
    if (route.isOwn || (route.isProbe && status < 400)) return;
    const ledger = openedLedger(request);
    const hasDetails = this.#recorder.trailOf(ledger) !== undefined;
    const now = Date.now();
    const ms = reply.elapsedTime;
    // The clock may be set back.
    const isSoon = Math.abs(now - route.recordedAt) < RECORD_EVERY_MS;
    if (!hasDetails && isSoon && isPlainHit(request, status)) {
      route.unlisted += 1;
      route.unlistedMs += ms;
      return;
    }
    const { url: pattern, budget, unlisted, unlistedMs } = route;
    route.recordedAt = now;
    route.unlisted = 0;
    route.unlistedMs = 0;
    const headers = {
      requestHeaders: hasDetails ? withoutSecrets(request.headers) : undefined,
      replyHeaders: hasDetails ? withoutSecrets(reply.getHeaders()) : undefined,
    };
    const times = { at: now - ms, startedAt: performance.now() - ms, ms };
    const ofRoute = { route: pattern, budget, unlisted, unlistedMs };
    const { url, path } = requestWithoutSecrets({ url: request.url, route: pattern, parameters: request.params });
    this.#recorder.trailOf(ledger)?.replacePath(pathIn(request.url), path);
    this.#recorder.add({ ...times, ...ofRoute, ...requestRecord(request, reply), url, status, ...headers }, ledger);
  }

  #routeOf(request: FastifyRequest): KnownRoute {
    const { config, url = '' } = request.routeOptions;
    let known = this.#routes.get(config);
    if (!known) {
      const { budget, isInspector: isOwn = false, unlimited: isProbe = false } = config;
      const bound = budget === Number.POSITIVE_INFINITY ? undefined : budget;
      known = { url, budget: bound, isOwn, isProbe, recordedAt: 0, unlisted: 0, unlistedMs: 0 };
      this.#routes.set(config, known);
    }
    return known;
  }
}

/** The request, its cost and the cache's part in it. */
function requestRecord(request: FastifyRequest, reply: FastifyReply) {
  const { viewer, served } = request;
  const ledger = openedLedger(request);
  const overrun = foundOverrun(request);
  return {
    method: request.method,
    statements: ledger?.statements ?? 0,
    databaseMs: ledger?.durationMs ?? 0,
    repeated: overrun ? Math.max(0, ...overrun.repeated.map(({ times }) => times)) : 0,
    isOver: overrun !== undefined,
    tier: served?.tier,
    outcome: served?.outcome,
    bytes: bytesOf(reply),
    role: viewer?.role,
    viewerKey: viewer ? `${viewer.role}\n${viewer.subject ?? ''}` : '',
    traceId: ledger?.traceId,
    requestId: request.id,
  };
}

/** Whether memory answered, and nothing failed. */
const isPlainHit = ({ served }: FastifyRequest, status: number): boolean =>
  status < 400 && served?.tier === 'l1' && served.outcome === 'hit';

function bytesOf(reply: FastifyReply): number | undefined {
  const length = reply.getHeader('content-length');
  if (length !== undefined) return Number(length);
  return reply.statusCode === 304 || reply.statusCode === 204 ? 0 : undefined;
}
