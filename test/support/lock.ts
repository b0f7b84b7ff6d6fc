/** A table that a test has locked, so that requests in flight stay in flight until it says so, or ends. */
import pg from 'pg';
import { onTestFinished } from 'vitest';
import { testDatabaseUrl } from './database.ts';

export interface Lock {
  /** How many statements wait for locks of this database. */
  waiting(): Promise<number>;
  release(): Promise<void>;
}

export async function lockTable(table: string): Promise<Lock> {
  const client = new pg.Client({ connectionString: await testDatabaseUrl() });
  await client.connect();
  let held = true;
  const release = async () => {
    if (held) await client.end();
    held = false;
  };
  onTestFinished(release);
  await client.query(`begin; lock table ${pg.escapeIdentifier(table)} in access exclusive mode`);
  return {
    async waiting() {
      // In a transaction, who is active is seen as it was at the first look.
      await client.query('select pg_stat_clear_snapshot()');
      const { rows } = await client.query(
        `select count(*)::int as count from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
      );
      return rows[0].count;
    },
    release,
  };
}
