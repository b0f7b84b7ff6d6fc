/**
 * Fills Redis with the most read answers before clients request them: the command sends each key as a request to the
 * service itself, the most read first, at a bounded rate.
 */
import { setTimeout as delay } from 'node:timers/promises';

import { AWAY, type Breaker } from '../cache/breaker.ts';
import { askedBy } from '../cache/key.ts';
import type { Popular } from '../cache/popular.ts';
import { PUBLIC, type Viewer } from '../resource/viewer.ts';
import { CommandError, parseCommand, say } from './command.ts';
import { ProgressBar } from './progress-bar.ts';

/** The part of a Fastify server with the plugin that the fill needs. */
export interface Fillable {
  inject(request: { url: string; headers: Record<string, string> }): Promise<{
    readonly statusCode: number;
    readonly headers: Readonly<Record<string, unknown>>;
  }>;
  readonly hotpath: {
    readonly redis: { readonly client: { ping(): Promise<unknown> }; readonly breaker: Breaker } | undefined;
    readonly popular: Popular | undefined;
    /** `settled` resolves when Redis has every answer that was read. */
    readonly cache: { settled(): Promise<void> };
  };
}

/** The headers of a request by a viewer. If the result is undefined, the fill leaves out the viewer's pages. */
export type HeadersFor = (viewer: Viewer) => Record<string, string> | undefined;

export interface FillOptions {
  /** The highest number of statements a second. */
  readonly rate: number;
  /** The number of keys to fill, the most read first. */
  readonly top: number;
}

/** The result of filling Redis: counts of answers. */
export interface Filled {
  /** The number of keys that Redis knows as most read, up to `top`. */
  readonly known: number;
  /** Answers that the service had to read from the database. */
  readonly read: number;
  /** Answers left out because their route has a guard. */
  readonly guarded: number;
  /** Answers left out because their viewer has no known headers. */
  readonly viewers: number;
  readonly failed: number;
}

/** @throws {CommandError} if the service has no Redis, or Redis does not answer. */
export async function fill(app: Fillable, headersFor: HeadersFor, { rate, top }: FillOptions): Promise<Filled> {
  const { redis, popular, cache } = app.hotpath;
  if (!redis || !popular) throw new CommandError('The service has no Redis, so its processes share no cache.');
  if ((await redis.breaker.attempt(() => redis.client.ping())) === AWAY)
    throw new CommandError('Redis does not answer.');
  const keys = await popular.top(top);
  const bar = new ProgressBar();
  const filled = { known: keys.length, read: 0, guarded: 0, viewers: 0, failed: 0 };
  const startedAt = performance.now();
  try {
    for (const [done, key] of keys.entries()) {
      const outcome = await ask(app, headersFor, key);
      if (outcome !== 'held') filled[outcome] += 1;
      bar.show({ done: done + 1, total: keys.length });
      const earlyMs = startedAt + (filled.read * 1000) / rate - performance.now();
      if (earlyMs > 0) await delay(earlyMs);
    }
    await cache.settled();
  } finally {
    bar.close();
  }
  return filled;
}

type Outcome = 'held' | 'read' | 'guarded' | 'viewers' | 'failed';

async function ask(app: Fillable, headersFor: HeadersFor, key: string): Promise<Outcome> {
  const { url, viewer } = askedBy(key);
  const isPublic = viewer.role === PUBLIC.role;
  const headers = isPublic ? {} : headersFor(viewer);
  if (!headers) return 'viewers';
  const { statusCode, headers: answered } = await app.inject({ url, headers });
  const source = /cache;desc="([^"]+)"/.exec(String(answered['server-timing']))?.[1];
  if (statusCode >= 500 || source === 'database bypass') return 'failed';
  // If a guard refuses a viewer, with whatever status, the request does not reach the cache.
  if (source === undefined) return 'guarded';
  if (source !== 'database miss') return 'held';
  // Redis keeps a public answer with a single request only for a short time, so the fill requests it twice.
  if (isPublic) await app.inject({ url, headers });
  return 'read';
}

/** Prints the result. @throws {CommandError} if some answers could not be read. */
export function reportFilled({ known, read, guarded, viewers, failed }: Filled): void {
  say(`${known - guarded - viewers - failed} of the most read are in Redis; ${read} had to be read.`);
  if (guarded > 0) say(`${guarded} were left out: their routes have a guard.`);
  if (viewers > 0)
    say(`${viewers} were left out: they belong to viewers, and the module exports no headersFor(viewer).`);
  if (failed > 0) throw new CommandError(`${failed} could not be read; the database or Redis may be away.`);
}

const text = { type: 'string' } as const;
const FILL_OPTIONS = { rate: text, top: text } as const;

/** @throws {CommandError} for an option that is unknown or not a number. */
export function fillOptions(usage: string, args: string[]): FillOptions & { readonly positionals: readonly string[] } {
  const { values, positionals } = parseCommand(usage, { args, options: FILL_OPTIONS, allowPositionals: true });
  const { rate = '50', top = '1000' } = values;
  if (!/^[1-9]\d{0,5}$/.test(rate)) throw new CommandError('--rate must be a number of statements a second.');
  if (!/^[1-9]\d{0,4}$/.test(top)) throw new CommandError('--top must be a number.');
  return { rate: Number(rate), top: Number(top), positionals };
}
