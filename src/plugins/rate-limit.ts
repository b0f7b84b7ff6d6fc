/**
 * The rate limiter: the number of requests a minute from one viewer, or from one address without a valid token. Processes
 * count together in Redis. While Redis is unreachable or slow each process counts alone, so that neither a request nor the
 * limit waits for it.
 *
 * A request waits for Redis only if the answer could matter. The first request of a window waits, and learns the counts of
 * other processes; so do requests beyond half of the limit. The process counts the others at once, and reports them to Redis
 * together, a few times a second. So the limit is exact for a steady client. A burst may exceed it by the number of requests
 * that each process answers between two reports.
 */
import { hash } from 'node:crypto';
import { normalizeIP } from '@fastify/rate-limit';
import type { FastifyReply, FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import { AWAY, type RequestError, requestError } from 'hotpath';
import { type ScriptCommand, type SharedRedis, scriptCommand } from 'hotpath/fastify';
import { LRUCache } from 'lru-cache';
import type { Config } from '../config/config.ts';
import { clientAddress } from './request-log.ts';

const WINDOW_MS = 60_000;
const REPORT_MS = 100;
/** The number of viewers and addresses that one process remembers. */
const REMEMBERED = 50_000;

export const rateLimit = fp<{ config: Config['rateLimit'] }>(
  async (app, { config }) => {
    const count = createCount(app.redis);
    app.addHook('onRequest', (request, reply, done) => {
      const max = maxFor(request, config);
      if (max === 0 || request.routeOptions.config.unlimited) return done();
      const counted = count(keyOf(request), max);
      if (!(counted instanceof Promise)) return done(verdict(reply, max, counted));
      void counted.then((later) => done(verdict(reply, max, later)));
    });
  },
  { name: 'rate-limit', dependencies: ['auth', 'redis'] },
);

/** The public has no subject; a request with an invalid token has no viewer. */
const subjectOf = (request: FastifyRequest): string | undefined => request.viewer?.subject;

const maxFor = (request: FastifyRequest, config: Config['rateLimit']): number =>
  subjectOf(request) === undefined ? config.public : config.viewer;

function keyOf(request: FastifyRequest): string {
  const subject = subjectOf(request);
  return subject === undefined ? `address:${normalizeIP(clientAddress(request))}` : `viewer:${subject}`;
}

interface Counted {
  /** The number of this request in its window. */
  readonly ordinal: number;
  /** The end of the window, in milliseconds since 1970. */
  readonly endsAt: number;
}

function verdict(reply: FastifyReply, max: number, { ordinal, endsAt }: Counted): RequestError | undefined {
  const seconds = Math.max(1, Math.ceil((endsAt - Date.now()) / 1000));
  reply.header('ratelimit-limit', max);
  reply.header('ratelimit-remaining', Math.max(0, max - ordinal));
  reply.header('ratelimit-reset', seconds);
  if (ordinal <= max) return undefined;
  reply.header('retry-after', seconds);
  return requestError('rateLimited', `More than ${max} requests a minute; try again in ${seconds} s.`);
}

interface Window {
  /** The key in Redis: a hash, which reveals no viewer. */
  readonly name: string;
  endsAt: number;
  /** Requests that this process or another has counted. */
  requests: number;
  /** Requests that this process has counted and not yet reported to Redis. */
  unreported: number;
  /** Whether Redis has reported the counts of other processes. */
  isShared: boolean;
}

type Count = (key: string, max: number) => Counted | Promise<Counted>;

function createCount(redis: SharedRedis | undefined): Count {
  const windows = new LRUCache<string, Window>({ max: REMEMBERED });
  const shared = redis && { ...redis, add: scriptCommand(redis.client, 'hotpathCountRequests', ADD) };
  const reportLater = shared && createReporting((window) => void report(shared, window));

  return (key, max) => {
    const window = windowOf(windows, key);
    window.requests += 1;
    window.unreported += 1;
    const alone = { ordinal: window.requests, endsAt: window.endsAt };
    if (!shared) return alone;
    if (!window.isShared || window.requests * 2 > max) return report(shared, window, alone.ordinal);
    reportLater!(window);
    return alone;
  };
}

function windowOf(windows: LRUCache<string, Window>, key: string): Window {
  const now = Date.now();
  let window = windows.get(key);
  if (!window || window.endsAt <= now) {
    const name = `hotpath:rate:${hash('sha256', key, 'base64url')}`;
    window = { name, endsAt: now + WINDOW_MS, requests: 0, unreported: 0, isShared: false };
    windows.set(key, window);
  }
  return window;
}

/**
 * KEYS[1]  the viewer or address
 * ARGV[1]  how many requests more
 * ARGV[2]  how long a window lasts, in milliseconds
 */
const ADD = `
  local requests = redis.call('incrby', KEYS[1], ARGV[1])
  local left = redis.call('pttl', KEYS[1])
  if left >= 0 then return { requests, left } end
  redis.call('pexpire', KEYS[1], ARGV[2])
  return { requests, tonumber(ARGV[2]) }
`;

interface SharedCount extends Pick<SharedRedis, 'breaker'> {
  readonly add: ScriptCommand;
}

/** Reports the counts of this process to Redis, and reads the counts of all processes. A report without an answer is lost. */
async function report({ add, breaker }: SharedCount, window: Window, ordinal = 0): Promise<Counted> {
  const { name, unreported } = window;
  window.unreported = 0;
  const counted = await breaker.attempt(() => add(name, unreported, WINDOW_MS) as Promise<[number, number]>);
  if (counted === AWAY) return { ordinal, endsAt: window.endsAt };
  const [requests, leftMs] = counted;
  const endsAt = Date.now() + leftMs;
  // A report shortly after the end of the window is the first of the next window, which starts empty.
  const isNext = window.isShared && endsAt - window.endsAt > WINDOW_MS / 2;
  window.isShared = true;
  window.endsAt = endsAt;
  window.requests = Math.max(isNext ? 0 : window.requests, requests + window.unreported);
  return { ordinal: Math.max(ordinal, requests), endsAt: window.endsAt };
}

/** Collects windows and reports them together, shortly after. */
function createReporting(reportOne: (window: Window) => void): (window: Window) => void {
  const gathered = new Set<Window>();
  const reportAll = () => {
    for (const window of gathered) reportOne(window);
    gathered.clear();
  };
  return (window) => {
    if (gathered.size === 0) setTimeout(reportAll, REPORT_MS).unref();
    gathered.add(window);
  };
}
