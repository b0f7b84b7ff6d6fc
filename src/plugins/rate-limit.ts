/**
 * Rate limits: how many requests a minute a viewer may send, or an address that brings no token or one that does not
 * hold. Processes count together in Redis. While that is away or slow each counts alone, so that neither a request nor
 * the limit waits for it.
 *
 * A request waits for Redis only where its answer could matter: the first of a window, which learns what others have
 * counted, and those past half of the limit. The others are counted here at once, and told to Redis together, a few
 * times a second. So a limit is exact where it is approached slowly; a burst may pass it by what each process answers
 * between two tellings.
 */
import { hash } from 'node:crypto';
import { normalizeIP } from '@fastify/rate-limit';
import type { FastifyReply, FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import { AWAY, type RequestError, requestError } from 'hotpath';
import type { SharedRedis } from 'hotpath/fastify';
import { LRUCache } from 'lru-cache';
import type { Config } from '../config/config.ts';
import { clientAddress } from './request-log.ts';

const WINDOW_MS = 60_000;
const TELL_MS = 100;
/** Viewers and addresses that one process remembers. */
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

/** The public has no subject; who brings a token that does not hold has no viewer. */
const subjectOf = (request: FastifyRequest): string | undefined => request.viewer?.subject;

const maxFor = (request: FastifyRequest, config: Config['rateLimit']): number =>
  subjectOf(request) === undefined ? config.public : config.viewer;

function keyOf(request: FastifyRequest): string {
  const subject = subjectOf(request);
  return subject === undefined ? `address:${normalizeIP(clientAddress(request))}` : `viewer:${subject}`;
}

interface Counted {
  /** Which request of its window this is. */
  readonly ordinal: number;
  /** When the window ends, in milliseconds since 1970. */
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
  /** In Redis: tells of nobody. */
  readonly name: string;
  endsAt: number;
  /** Known to have been counted, here or elsewhere. */
  requests: number;
  /** Counted here, and not told to Redis yet. */
  untold: number;
  /** Whether Redis has said what others have counted. */
  isShared: boolean;
}

type Count = (key: string, max: number) => Counted | Promise<Counted>;

function createCount(redis: SharedRedis | undefined): Count {
  const windows = new LRUCache<string, Window>({ max: REMEMBERED });
  const tellLater = redis && createTelling((window) => void tell(redis, window));

  return (key, max) => {
    const window = windowOf(windows, key);
    window.requests += 1;
    window.untold += 1;
    const alone = { ordinal: window.requests, endsAt: window.endsAt };
    if (!redis) return alone;
    if (!window.isShared || window.requests * 2 > max) return tell(redis, window, alone.ordinal);
    tellLater!(window);
    return alone;
  };
}

function windowOf(windows: LRUCache<string, Window>, key: string): Window {
  const now = Date.now();
  let window = windows.get(key);
  if (!window || window.endsAt <= now) {
    const name = `hotpath:rate:${hash('sha256', key, 'base64url')}`;
    window = { name, endsAt: now + WINDOW_MS, requests: 0, untold: 0, isShared: false };
    windows.set(key, window);
  }
  return window;
}

/**
 * KEYS[1]  who is counted
 * ARGV[1]  how many requests more
 * ARGV[2]  for how long a window lasts
 */
const ADD = `
  local requests = redis.call('incrby', KEYS[1], ARGV[1])
  local left = redis.call('pttl', KEYS[1])
  if left >= 0 then return { requests, left } end
  redis.call('pexpire', KEYS[1], ARGV[2])
  return { requests, tonumber(ARGV[2]) }
`;

/** Tells Redis what was counted here, and learns what was counted in all. What gets no answer is not told again. */
async function tell({ client, breaker }: SharedRedis, window: Window, ordinal = 0): Promise<Counted> {
  const { name, untold } = window;
  window.untold = 0;
  const told = await breaker.attempt(() => client.eval(ADD, 1, name, untold, WINDOW_MS) as Promise<[number, number]>);
  if (told === AWAY) return { ordinal, endsAt: window.endsAt };
  const [requests, leftMs] = told;
  const endsAt = Date.now() + leftMs;
  // Told a moment after its end, it is the first of the next one, which begins with nothing.
  const isNext = window.isShared && endsAt - window.endsAt > WINDOW_MS / 2;
  window.isShared = true;
  window.endsAt = endsAt;
  window.requests = Math.max(isNext ? 0 : window.requests, requests + window.untold);
  return { ordinal: Math.max(ordinal, requests), endsAt: window.endsAt };
}

/** Gathers windows and tells them together, a moment later. */
function createTelling(tellOne: (window: Window) => void): (window: Window) => void {
  const gathered = new Set<Window>();
  const tellAll = () => {
    for (const window of gathered) tellOne(window);
    gathered.clear();
  };
  return (window) => {
    if (gathered.size === 0) setTimeout(tellAll, TELL_MS).unref();
    gathered.add(window);
  };
}
