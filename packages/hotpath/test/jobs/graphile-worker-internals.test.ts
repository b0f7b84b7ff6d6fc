/** The members that the library needs of the schema that the installed graphile-worker makes, on a real server. */
import {
  ADD_JOBS_TO_LANES,
  ADD_NAMES,
  INSERT_JOBS,
  LAST_TRIES,
  QUEUE_SCHEMA,
  QUEUE_TABLES,
  queueExists,
  UNKNOWN_NAMES,
} from 'hotpath/jobs/graphile-worker-internals';
import { installQueue } from 'hotpath/jobs/schema';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { scratchDatabase } from '../../../../test/support/database.ts';

let client: pg.Client;

const rowsOf = async (text: string, ...values: unknown[]) => (await client.query(text, values)).rows;

beforeAll(async () => {
  const connectionString = await scratchDatabase('empty');
  client = new pg.Client({ connectionString });
  // The database is dropped by force, which may cut a connection that is just being closed.
  client.on('error', () => {});
  await client.connect();
  expect(await queueExists(client)).toBe(false);
  await installQueue(connectionString);
});

afterAll(() => client.end());

it('the queue is found', async () => {
  expect(await queueExists(client), 'graphile-worker has no view `jobs` any more').toBe(true);
});

it('the tables are those that a role gets privileges on', async () => {
  const rows = await rowsOf(
    `SELECT relname AS name FROM pg_class WHERE relnamespace = to_regnamespace($1) AND relkind IN ('r', 'v')`,
    QUEUE_SCHEMA,
  );
  expect(rows.map(({ name }) => name).sort(), 'graphile-worker has other tables: change QUEUE_TABLES').toEqual(
    Object.keys(QUEUE_TABLES).sort(),
  );
});

it('a name gets a number once', async () => {
  expect(await rowsOf(UNKNOWN_NAMES, ['greet'])).toEqual([{ name: 'greet' }]);
  await client.query(ADD_NAMES, [['greet']]);
  await client.query(ADD_NAMES, [['greet']]);
  expect(await rowsOf(UNKNOWN_NAMES, ['greet', 'leave'])).toEqual([{ name: 'leave' }]);
});

it('jobs are the same whether `add_jobs` or the library inserts them, except the lane', async () => {
  await client.query(ADD_NAMES, [['greet']]);
  const jobOf = async (statement: string, lane: string | undefined) => {
    const spec = { identifier: 'greet', payload: { to: 'Ada' }, max_attempts: 7, priority: 3, queue_name: lane };
    const { rowCount } = await client.query(statement, [JSON.stringify([spec])]);
    expect(rowCount).toBe(1);
    const [job] = await rowsOf(`SELECT to_jsonb(job) AS job FROM graphile_worker._private_jobs AS job
      ORDER BY id DESC LIMIT 1`);
    const { id, created_at, updated_at, run_at, job_queue_id, ...rest } = job!['job'];
    return { rest, isReady: run_at <= created_at, isInLane: job_queue_id !== null };
  };
  const own = await jobOf(INSERT_JOBS, undefined);
  expect(own).toMatchObject({ isReady: true, isInLane: false, rest: { payload: { to: 'Ada' }, attempts: 0 } });
  const added = await jobOf(ADD_JOBS_TO_LANES, 'lane');
  expect(added, 'graphile-worker fills other columns of a job: change INSERT_JOBS').toEqual({ ...own, isInLane: true });
});

it('the jobs in their last try are those that a dead worker has locked', async () => {
  await client.query(ADD_NAMES, [['greet']]);
  for (const [max_attempts, to] of [
    [1, 'Ada'],
    [2, 'Bob'],
  ]) {
    await client.query(INSERT_JOBS, [
      JSON.stringify([{ identifier: 'greet', payload: { to }, max_attempts, priority: 0 }]),
    ]);
  }
  await client.query(`UPDATE graphile_worker._private_jobs SET locked_by = 'dead', locked_at = now(), attempts = 1
    WHERE max_attempts IN (1, 2)`);
  const rows = await rowsOf(`WITH list AS (SELECT ARRAY['dead'] AS workers) ${LAST_TRIES}`);
  expect(rows).toEqual([{ id: expect.any(String), identifier: 'greet', payload: { to: 'Ada' } }]);
  await client.query('DELETE FROM graphile_worker._private_jobs');
});
