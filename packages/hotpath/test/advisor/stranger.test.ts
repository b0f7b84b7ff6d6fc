/** The stranger's app of the inspector: its profile, and the profile after the advice was followed. */
import { dearStatements } from 'hotpath/advisor/dear-statements';
import { adviseIndexes } from 'hotpath/advisor/indexes/advise-indexes';
import { withClone } from 'hotpath/advisor/indexes/clone';
import { upkeepOf } from 'hotpath/advisor/upkeep';
import type pg from 'pg';
import { expect, it } from 'vitest';
import { countingDatabase } from '../../../../test/support/counting-server.ts';
import { onDatabase } from '../../../../test/support/on-database.ts';
import { openStrangerApp } from '../inspector/stranger-app.ts';

const PATHS = ['/customers/1/statement', '/customers/2/invoices', '/customers/3/invoices', '/totals'];

async function sendTraffic(app: Awaited<ReturnType<typeof openStrangerApp>>): Promise<void> {
  for (let round = 0; round < 5; round += 1) {
    for (const url of PATHS) expect((await app.inject(url)).statusCode).toBe(200);
  }
}

const forget = (client: pg.Client) => client.query('SELECT pg_stat_reset(); SELECT pg_stat_statements_reset()');

async function rowsWritten(client: pg.Client): Promise<number> {
  const text =
    "SELECT sum(n_tup_ins)::int AS rows FROM pg_stat_user_tables WHERE relname IN ('invoices', 'invoice_lines')";
  return (await client.query<{ rows: number }>(text)).rows[0]!.rows;
}

/** The advice of `profile --clone`. */
const profiled = (url: string) =>
  withClone(url, (clone) =>
    onDatabase(url, async (client) => {
      const counted = await dearStatements(client, 500);
      if ('missing' in counted) throw new Error(counted.missing);
      const found = await adviseIndexes({ client, clone, shapes: [], counted: counted.statements });
      if ('missing' in found) throw new Error(found.missing);
      return { indexes: found.indexes, upkeep: await upkeepOf(client) };
    }),
  );

it('finds the missing index of a foreign app, and nothing once its lines were pasted', async () => {
  const url = await countingDatabase();
  const app = await openStrangerApp(url);
  // The planner's choice needs statistics; autovacuum makes them a minute later.
  await onDatabase(url, (client) => client.query('VACUUM ANALYZE'));
  // A session reports its writes some seconds later. The writes that made the tables do not belong to the traffic.
  await expect.poll(() => onDatabase(url, rowsWritten), { timeout: 30_000 }).toBe(120_000);
  await onDatabase(url, forget);
  await sendTraffic(app);
  await app.close();

  const first = await profiled(url);
  const missing = first.indexes.find(({ sql }) => sql.includes('issued_at'))!;
  expect(missing.savings[0]!.statement).toContain('ORDER BY issued_at DESC');
  expect(missing.replaces).toEqual(['DROP INDEX CONCURRENTLY invoices_customer_id_idx;']);
  for (const { sql, replaces } of first.indexes) {
    for (const line of [sql, ...replaces]) await onDatabase(url, (client) => client.query(line));
  }
  await onDatabase(url, forget);
  await onDatabase(url, async (client) => {
    for (const customer of [1, 2, 3]) {
      await client.query('SELECT id, total FROM invoices WHERE customer_id = $1 ORDER BY issued_at DESC, id LIMIT 20', [
        customer,
      ]);
    }
    await client.query('SELECT customer_id, sum(total) FROM invoices GROUP BY customer_id');
    await client.query('SELECT * FROM invoice_lines WHERE invoice_id = 7');
    await client.query('SELECT pg_stat_force_next_flush()');
  });
  expect(await profiled(url)).toEqual({ indexes: [], upkeep: [] });
}, 120_000);
