/** Both services, side by side: the slow one on its tables without indexes, and Hotpath with Redis, as in production. */
import { type Measured, startBefore } from '../../support/before-service.ts';
import type { Bench } from '../../support/bench.ts';
import { type Child, startLoad } from '../../support/child.ts';
import { withClient } from '../../support/client.ts';
import { openBeforeDatabase, openBenchDatabase } from '../../support/database.ts';
import { headersFor, productionEnvironment } from '../../support/environment.ts';
import { startRedis } from '../../support/redis.ts';
import { startService } from '../../support/service.ts';

export interface BeforeAfterGround extends Pick<Bench, 'quick' | 'log'> {
  readonly after: Measured;
  /** Starts the slow service again for each purpose, because it goes on with work whose client has left. */
  startBefore(stack: AsyncDisposableStack): Promise<Measured>;
  readonly headers: Readonly<Record<string, string>>;
  /** Where things are looked up; the same rows are in both databases. */
  readonly url: string;
  readonly postgres: string;
  readonly postmaster: number | undefined;
  readonly load: Child;
}

export async function prepareSystemGround(bench: Bench): Promise<BeforeAfterGround> {
  const { stack, size } = bench;
  const before = await openBeforeDatabase(bench, size);
  const after = await openBenchDatabase(bench, size);
  for (const { url } of [before, after]) stack.defer(await undoing(url));
  const environment = { ...productionEnvironment(after.url), REDIS_URL: await startRedis(stack) };
  return {
    quick: bench.quick,
    log: bench.log,
    after: await startService(stack, { name: 'after', environment }),
    startBefore: (stack) => startBefore(stack, before.url),
    headers: { ...headersFor(environment), 'content-type': 'application/json', 'accept-encoding': 'gzip' },
    url: after.url,
    postgres: after.version,
    postmaster: after.postmaster,
    load: startLoad(stack),
  };
}

/** Removes, later, the rows that are written from now on: the database is kept for the next run. */
async function undoing(url: string): Promise<() => Promise<void>> {
  const last = 'select coalesce(max(id), 0) as activity, clock_timestamp()::text as time from activities';
  const { rows } = await withClient(url, (client) => client.query<{ activity: number; time: string }>(last));
  const { activity, time } = rows[0]!;
  return () =>
    withClient(url, async (client) => {
      await client.query('delete from activities where id > $1', [activity]);
      await client.query('delete from readings where timestamp >= $1 and received_at >= $2', [LAST_HOUR, time]);
    });
}

const LAST_HOUR = '2026-05-31T23:00:00Z';
