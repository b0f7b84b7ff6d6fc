/** Everything that the contenders share: the database, the users whose dashboards they read, the configuration. */
import type { Bench } from '../../support/bench.ts';
import { type BenchDatabase, openBeforeDatabase, openBenchDatabase } from '../../support/database.ts';
import { productionEnvironment } from '../../support/environment.ts';
import { drawUsers } from '../../support/users.ts';

/** Of each contender to PostgreSQL; without HTTP, also how many dashboards are under way at once. */
export const CONNECTIONS = 10;

export interface ColdGround extends Pick<Bench, 'stack' | 'log'> {
  readonly database: BenchDatabase;
  /** Of the slow service. */
  readonly beforeUrl: string;
  readonly users: readonly number[];
  /** Of every process that serves or reads: it caches nothing and turns no client away. */
  readonly environment: Readonly<Record<string, string>>;
}

export async function prepareColdGround(bench: Bench): Promise<ColdGround> {
  // First: PostgreSQL may have to copy it from the other, and that needs a database without connections.
  const before = await openBeforeDatabase(bench, bench.size);
  const database = await openBenchDatabase(bench, bench.size);
  const environment = {
    ...productionEnvironment(database.url),
    DATABASE_POOL_MAX: String(CONNECTIONS),
    DATABASE_POOL_MIN: String(CONNECTIONS),
    CACHE_ROLLOUT_PERCENT: '0',
  };
  const users = await drawUsers(database.url);
  return { stack: bench.stack, log: bench.log, database, beforeUrl: before.url, users, environment };
}
