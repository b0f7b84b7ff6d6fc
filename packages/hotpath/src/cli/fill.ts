/**
 * Fills Redis with the most read answers before clients request them: it sends each key to the service itself, the most
 * read first, at a bounded rate.
 */
import { setTimeout as delay } from 'node:timers/promises';

import { AWAY, type Breaker } from '../cache/breaker.ts';
import { askedBy } from '../cache/key.ts';
import type { Popular } from '../cache/popular.ts';
import { PUBLIC, type Viewer } from '../resource/viewer.ts';
import { CommandError, parseCommand, say } from './command.ts';
import { progressBar } from './progress.ts';

/** The part of a Fastify server with the plugin that filling needs. */
export interface Fillable {
  inject(request: { url: string; headers: Record<string, string> }): Promise<{
    readonly statusCode: number;
    readonly headers: Readonly<Record<string, unknown>>;
  }>;
  readonly hotpath: {
    readonly redis: { readonly client: { ping(): Promise<unknown> }; readonly breaker: Breaker } | undefined;
    readonly popular: Popular | undefined;
    /** `settled` resolves when everything that was read has been told to Redis. */
    readonly cache: { settled(): Promise<void> };
  };
}

/** The headers by which a request is a viewer's; undefined where none can be made, and its pages are left out. */
export type HeadersFor = (viewer: Viewer) => Record<string, string> | undefined;

export interface FillOptions {
  /** Statements a second, at most. */
  readonly rate: number;
  /** How many of the most read. */
  readonly top: number;
}

/** The result of filling Redis: counts of answers. */
export interface Filled {
  /** Of the most read, how many there are. */
  readonly known: number;
  /** Had to be read from the database. */
  readonly read: number;
  /** Are for those alone whom a guard lets in. */
  readonly guarded: number;
  /** Are a viewer's for whom no headers are known. */
  readonly viewers: number;
  readonly failed: number;
}

/** @throws {CommandError} if there is no Redis, or it does not answer. */
export async function fill(app: Fillable, headersFor: HeadersFor, { rate, top }: FillOptions): Promise<Filled> {
  const { redis, popular, cache } = app.hotpath;
  if (!redis || !popular) throw new CommandError('The service has no Redis: there is nothing that processes share.');
  if ((await redis.breaker.attempt(() => redis.client.ping())) === AWAY)
    throw new CommandError('Redis does not answer.');
  const keys = await popular.top(top);
  const bar = progressBar(keys.length);
  const filled = { known: keys.length, read: 0, guarded: 0, viewers: 0, failed: 0 };
  const startedAt = performance.now();
  try {
    for (const [done, key] of keys.entries()) {
      const outcome = await ask(app, headersFor, key);
      if (outcome !== 'held') filled[outcome] += 1;
      bar.show(done + 1);
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
  // Whom a guard turns away, with whatever status, does not come as far as the cache.
  if (source === undefined) return 'guarded';
  if (source !== 'database miss') return 'held';
  // Redis keeps what the public has asked for once for a short time.
  if (isPublic) await app.inject({ url, headers });
  return 'read';
}

/** Says what came of it. @throws {CommandError} where some could not be read. */
export function reportFilled({ known, read, guarded, viewers, failed }: Filled): void {
  say(`${known - guarded - viewers - failed} of the most read are in Redis; ${read} had to be read.`);
  if (guarded > 0) say(`${guarded} were left out: they are for those alone whom a guard lets in.`);
  if (viewers > 0) say(`${viewers} were left out: they are viewers', and the module exports no headersFor(viewer).`);
  if (failed > 0) throw new CommandError(`${failed} could not be read; the database or Redis may be away.`);
}

const text = { type: 'string' } as const;
const FILL_OPTIONS = { rate: text, top: text } as const;

/** @throws {CommandError} for an option that is no number, or of another name. */
export function fillOptions(usage: string, args: string[]): FillOptions & { readonly positionals: readonly string[] } {
  const { values, positionals } = parseCommand(usage, { args, options: FILL_OPTIONS, allowPositionals: true });
  const { rate = '50', top = '1000' } = values;
  if (!/^[1-9]\d{0,5}$/.test(rate)) throw new CommandError('--rate must be a number of statements a second.');
  if (!/^[1-9]\d{0,4}$/.test(top)) throw new CommandError('--top must be a number.');
  return { rate: Number(rate), top: Number(top), positionals };
}
