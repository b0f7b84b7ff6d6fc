/**
 * Warm-up: each process periodically reports its most read keys to Redis. A process that starts takes those entries
 * from Redis into its memory before it is ready. `hotpath warm` reads the entries that Redis has lost.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import type { Cache } from '../../cache/cache.ts';
import type { Popular } from '../../cache/popular.ts';

const REPORT_MS = 30_000;
/** The number of keys in one report. */
const REPORTED = 500;
const AT_ONCE = 50;
/** The longest time for which the warm-up delays the readiness of a process. */
const LONGEST_MS = 10_000;

export interface WarmUp {
  readonly popular: Popular | undefined;
  readonly cache: Cache;
  /** The number of entries, the most read first. */
  readonly entries: number;
}

/** @returns whether the memory of the process has been filled, as far as possible. */
export function warmUp(app: FastifyInstance, { popular, cache, entries }: WarmUp): () => boolean {
  let isWarm = entries === 0 || popular === undefined;
  const report = async () => popular?.report(cache.takeReads(REPORTED));
  const reporting = setInterval(() => void report(), REPORT_MS).unref();
  app.addHook('onReady', async () => {
    if (!popular || isWarm) return;
    const limit = delay(LONGEST_MS, undefined, { ref: false });
    void Promise.race([preload(app, popular, { cache, entries }), limit]).then(() => {
      isWarm = true;
    });
  });
  app.addHook('preClose', async () => {
    clearInterval(reporting);
    await report();
  });
  return () => isWarm;
}

type Filling = Pick<WarmUp, 'cache' | 'entries'>;

async function preload({ log }: FastifyInstance, popular: Popular, { cache, entries }: Filling): Promise<void> {
  const keys = await popular.top(entries);
  for (let from = 0; from < keys.length; from += AT_ONCE) {
    await Promise.all(keys.slice(from, from + AT_ONCE).map((key) => cache.preload(key)));
  }
  log.info(`${cache.stats.entries} of the ${keys.length} most read responses are in memory.`);
}
