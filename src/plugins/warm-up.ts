/**
 * Warm-up: what is read most is told to Redis now and then, and a process that starts takes it from there into its
 * memory before it is ready. `hotpath warm` reads what is not in Redis any more.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import fp from 'fastify-plugin';

declare module 'fastify' {
  interface FastifyInstance {
    /** Whether the memory of the process has been filled, as far as it could be. */
    isWarm(): boolean;
  }
}

const TELL_MS = 30_000;
/** Keys that are told of at a time. */
const TOLD = 500;
const AT_ONCE = 50;
/** No process waits longer to be ready. */
const LONGEST_MS = 10_000;

/** @param entries how many, the most read first. */
export const warmUp = fp<{ entries: number }>(
  async (app, { entries }) => {
    let warm = entries === 0 || app.popular === undefined;
    app.decorate('isWarm', () => warm);
    const tell = async () => app.popular?.tell(app.cache.takeReads(TOLD));
    const telling = setInterval(() => void tell(), TELL_MS).unref();
    app.addHook('onReady', async () => {
      const limit = delay(LONGEST_MS, undefined, { ref: false });
      if (!warm)
        void Promise.race([preload(app, entries), limit]).then(() => {
          warm = true;
        });
    });
    app.addHook('preClose', async () => {
      clearInterval(telling);
      await tell();
    });
  },
  { name: 'warm-up', dependencies: ['cache'] },
);

async function preload({ popular, cache, log }: FastifyInstance, entries: number): Promise<void> {
  const keys = await popular!.top(entries);
  for (let from = 0; from < keys.length; from += AT_ONCE) {
    await Promise.all(keys.slice(from, from + AT_ONCE).map((key) => cache.preload(key)));
  }
  log.info(`${cache.stats.entries} of the ${keys.length} most read responses are in memory.`);
}
