/** What all contenders share: the database, whose dashboards are asked for, how they are configured. */
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
  /** Of every process that serves or reads: nothing cached, nobody turned away. */
  readonly environment: Readonly<Record<string, string>>;
}

export async function prepareColdGround(bench: Bench): Promise<ColdGround> {
  // First: it may have to be copied from the other, to which nobody may be connected then.
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
