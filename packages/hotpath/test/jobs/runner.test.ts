/** The runner with jobs of a test's own: tries, death, time limits, the stop, and taking over from a dead worker. */

import { setTimeout as pause } from 'node:timers/promises';
import { listJobs, queueState, retryDead } from 'hotpath/jobs/dead-letters';
import { enqueue, type Task, type Transaction, task } from 'hotpath/jobs/enqueue';
import type { Job } from 'hotpath/jobs/job';
import { once } from 'hotpath/jobs/once';
import { type Runner, startRunner } from 'hotpath/jobs/runner';
import { installQueue, nameJobs } from 'hotpath/jobs/schema';
import { beginHeartbeat, buryDead, enlist } from 'hotpath/jobs/worker-heartbeat';
import pg from 'pg';
import { afterAll, beforeAll, expect, inject, it, onTestFinished, vi } from 'vitest';
import { scratchDatabase } from '../../../../test/support/database.ts';
import { pooled } from '../../../../test/support/pooler.ts';
import { asService } from '../../../../test/support/service-role.ts';

let ownersUrl: string;
let url: string;
let pool: pg.Pool;

beforeAll(async () => {
  const pooler = inject('pooler');
  ownersUrl = await scratchDatabase();
  url = asService(ownersUrl);
  if (pooler) url = pooled(url, pooler);
  pool = new pg.Pool({ connectionString: url });
  pool.on('error', () => {});
  pool.on('connect', (client) => client.on('error', () => {}));
});

afterAll(() => pool.end());

/** A client in the shape of a Prisma transaction. */
const asTransaction = (client: pg.Pool | pg.PoolClient): Transaction => ({
  $executeRawUnsafe: async (text, ...values) => (await client.query(text, values)).rowCount ?? 0,
  $queryRawUnsafe: async <T>(text: string, ...values: unknown[]) => (await client.query(text, values)).rows as T,
});

async function put(...tasks: Task[]): Promise<void> {
  await nameJobs(
    pool,
    tasks.map(({ job }) => job.name),
  );
  await enqueue(asTransaction(pool), ...tasks);
}

type TestJob = Job<object, Record<string, unknown>>;

const job = (name: string, more: Partial<TestJob>): TestJob => ({
  name,
  attempts: 3,
  timeoutMs: 10_000,
  run: async () => {},
  ...more,
});

const quiet = { debug() {}, info() {}, warn() {}, error() {} };

/** A runner that stops with its test. */
function running(...jobs: TestJob[]): Runner {
  const options = { url, pool, jobs, dependencies: {}, concurrency: 4, graceMs: 100, log: quiet };
  const runner = startRunner<object>(options);
  onTestFinished(() => runner.stop());
  return runner;
}

const waitFor = (check: () => unknown) => vi.waitFor(check, { timeout: 15_000, interval: 20 });
const rowsOf = async (text: string) => (await pool.query(text)).rows;

it('installs the queue any number of times', async () => {
  await Promise.all([installQueue(url), installQueue(url)]);
});

it('runs committed jobs, with their payload, and none that was rolled back', async () => {
  const seen: unknown[] = [];
  const greet = job('greet', { run: async (payload, { attempt }) => void seen.push([payload, attempt]) });
  await expect(enqueue(asTransaction(pool), task(greet, {}))).rejects.toThrow(
    'does not know all of these jobs: greet.',
  );
  await nameJobs(pool, ['greet']);
  const client = await pool.connect();
  await client.query('begin');
  await enqueue(asTransaction(client), task(greet, { to: 'nobody' }));
  await client.query('rollback');
  client.release();
  await put(task(greet, { to: 'Ada' }), task(greet, { to: 'Grace' }));
  running(greet);
  await waitFor(() => expect(seen).toHaveLength(2));
  expect(seen).toEqual(
    expect.arrayContaining([
      [{ to: 'Ada' }, 1],
      [{ to: 'Grace' }, 1],
    ]),
  );
});

it('runs tasks of a lane one after the other', async () => {
  let [now, most, done] = [0, 0, 0];
  const slow = job('slow', {
    async run() {
      most = Math.max(most, ++now);
      await new Promise((resolve) => setImmediate(resolve));
      now -= 1;
      done += 1;
    },
  });
  await put(...Array.from({ length: 3 }, () => task(slow, {}, 'lane')));
  running(slow);
  await waitFor(() => expect(done).toBe(3));
  expect(most).toBe(1);
});

it('keeps a job without tries left as dead, logs it once, and runs it again on `retryDead`', async () => {
  let works = false;
  const died: unknown[] = [];
  const frail = job('frail', {
    attempts: 1,
    async run() {
      if (!works) throw new Error('not today');
    },
    dead: async (payload) => void died.push(payload),
  });
  await put(task(frail, { n: 1 }));
  running(frail);
  await waitFor(async () => expect(await listJobs(pool, 'dead', 10)).toHaveLength(1));
  const [dead] = await listJobs(pool, 'dead', 10);
  expect(dead).toMatchObject({ job: 'frail', state: 'dead', attempts: 1, maxAttempts: 1, lastError: 'not today' });
  expect(died).toEqual([{ n: 1 }]);
  expect(await queueState(pool)).toMatchObject({ dead: 1, depth: { frail: 0 }, oldestSeconds: 0 });
  works = true;
  expect(await retryDead(pool, ['999999'])).toBe(0);
  expect(await retryDead(pool, [dead!.id])).toBe(1);
  await waitFor(async () => expect(await listJobs(pool, undefined, 10)).toEqual([]));
  expect(died).toHaveLength(1);
});

it('tries again after a while, and logs the failure', async () => {
  const failing = job('failing', {
    async run() {
      throw new Error('the server is away');
    },
  });
  await put(task(failing, {}));
  running(failing);
  await waitFor(async () => expect((await listJobs(pool, undefined, 1))[0]?.lastError).toBe('the server is away'));
  const [waiting] = await listJobs(pool, undefined, 1);
  expect(waiting).toMatchObject({ state: 'waiting', attempts: 1 });
  expect(waiting!.runAt.getTime() - Date.now()).toBeGreaterThan(500);
  await pool.query('delete from graphile_worker._private_jobs');
});

it('aborts a job at its time limit, whether the job heeds it or not', async () => {
  const deaf = job('deaf', { attempts: 1, timeoutMs: 50, run: () => new Promise(() => {}) });
  await put(task(deaf, {}));
  running(deaf);
  await waitFor(async () => expect((await listJobs(pool, 'dead', 1))[0]?.lastError).toMatch(/timeout/));
  await pool.query('delete from graphile_worker._private_jobs');
});

it('returns its running jobs to the queue when it is stopped, and leaves nothing behind', async () => {
  const started = Promise.withResolvers<void>();
  const endless = job('endless', {
    run: () => {
      started.resolve();
      return new Promise(() => {});
    },
  });
  await put(task(endless, {}));
  const runner = startRunner<object>({
    url,
    pool,
    jobs: [endless],
    dependencies: {},
    concurrency: 4,
    graceMs: 50,
    log: quiet,
  });
  await started.promise;
  await runner.stop();
  expect(await listJobs(pool, undefined, 10)).toMatchObject([{ job: 'endless', state: 'waiting', attempts: 1 }]);
  await pool.query('delete from graphile_worker._private_jobs');
  await waitFor(async () => {
    await buryDead(pool);
    expect(await rowsOf('select * from hotpath.job_workers')).toEqual([]);
  });
});

it('takes over from a worker that died, at once, and not from one that lives', async () => {
  const seen: string[] = [];
  const orphan = job('orphan', { run: async ({ of }) => void seen.push(String(of)) });
  const [dead, alive] = [await beginHeartbeat(url), await beginHeartbeat(url)];
  await enlist(pool, dead, 'pool-dead');
  await enlist(pool, alive, 'pool-alive');
  await put(task(orphan, { of: 'dead' }), task(orphan, { of: 'alive' }));
  await pool.query(
    `update graphile_worker._private_jobs set locked_at = now(), attempts = 1, locked_by = 'pool-' || (payload->'payload'->>'of')`,
  );
  running(orphan);
  // As if its process had been killed: PostgreSQL loses the connection.
  await dead.end();
  await waitFor(() => expect(seen).toEqual(['dead']));
  await waitFor(async () => expect(await listJobs(pool, undefined, 10)).toMatchObject([{ state: 'running' }]));
  await alive.end();
  await waitFor(() => expect(seen).toEqual(['dead', 'alive']));
});

it('calls `dead` for a job that died with its worker in its last try, and does not run it again', async () => {
  const followed: unknown[] = [];
  let runs = 0;
  const doomed = job('doomed', {
    attempts: 2,
    async run() {
      runs += 1;
    },
    dead: async (payload) => void followed.push(payload),
  });
  const life = await beginHeartbeat(url);
  await enlist(pool, life, 'pool-doomed');
  await put(task(doomed, { report: 7 }));
  await pool.query(
    `update graphile_worker._private_jobs set locked_at = now(), attempts = 2, locked_by = 'pool-doomed'
     where task_id = (select id from graphile_worker._private_tasks where identifier = 'doomed')`,
  );
  running(doomed);
  await life.end();
  await waitFor(() => expect(followed).toEqual([{ report: 7 }]));
  expect(runs).toBe(0);
  await waitFor(async () => expect(await listJobs(pool, 'dead', 10)).toMatchObject([{ job: 'doomed', attempts: 2 }]));
});

it('stops its jobs and starts again when other workers may take it for dead', async () => {
  const tries: number[] = [];
  const released = Promise.withResolvers<void>();
  const patient = job('patient', {
    async run(_payload, { attempt, signal }) {
      tries.push(attempt);
      if (attempt === 1)
        await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
      released.resolve();
    },
  });
  await put(task(patient, {}));
  running(patient);
  await waitFor(() => expect(tries).toEqual([1]));
  await pool.query(`select pg_terminate_backend(pid) from pg_stat_activity
    where datname = current_database() and application_name = 'hotpath worker'`);
  await released.promise;
  expect(tries).toEqual([1, 2]);
}, 30_000);

it('makes an effect happen once, and never twice at the same time', async () => {
  let effects = 0;
  const inTransaction = async (work: (tx: Transaction) => Promise<unknown>) => {
    const client = await pool.connect();
    try {
      await client.query('begin');
      const result = await work(asTransaction(client));
      await client.query('commit');
      return result;
    } catch (error) {
      await client.query('rollback');
      throw error;
    } finally {
      client.release();
    }
  };
  const effect = async () => {
    effects += 1;
  };
  const act = () => inTransaction((tx) => once(tx, 'effect', effect));
  const entered = Promise.withResolvers<void>();
  const leave = Promise.withResolvers<void>();
  const first = inTransaction((tx) =>
    once(tx, 'effect', async () => {
      entered.resolve();
      await leave.promise;
      throw new Error('failed');
    }),
  );
  await entered.promise;
  await expect(act()).rejects.toThrow('effect is happening in another worker.');
  leave.resolve();
  await expect(first).rejects.toThrow('failed');
  expect([await act(), await act(), effects]).toEqual([true, false, 1]);
});

/** Makes each statement of `operation` on a table of the queue fail. @returns how many have failed, and the end of it. */
async function refuse(operation: 'INSERT' | 'DELETE', table: string) {
  const owner = new pg.Client({ connectionString: ownersUrl });
  await owner.connect();
  const allow = () => owner.query('DROP SCHEMA IF EXISTS refusal CASCADE');
  onTestFinished(async () => {
    await allow();
    await owner.end();
  });
  await owner.query(`
    CREATE SCHEMA refusal;
    CREATE SEQUENCE refusal.count MINVALUE 0;
    SELECT nextval('refusal.count');
    CREATE FUNCTION refusal.raise() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS
    $$ BEGIN PERFORM nextval('refusal.count'); RAISE read_only_sql_transaction; END $$;
    CREATE TRIGGER refusal BEFORE ${operation} ON graphile_worker.${table} EXECUTE FUNCTION refusal.raise();
  `);
  const refused = async () => Number((await owner.query('SELECT last_value FROM refusal.count')).rows[0].last_value);
  return { refused, allow };
}

it('starts again when the ends of several jobs cannot be recorded, and runs them once more', async () => {
  const { refused, allow } = await refuse('DELETE', '_private_jobs');
  const runs: unknown[] = [];
  const both = Promise.withResolvers<void>();
  const paired = job('paired', {
    async run({ n }) {
      runs.push(n);
      if (runs.length === 2) both.resolve();
      await both.promise;
      await new Promise((resolve) => setTimeout(resolve, Number(n)));
    },
  });
  await put(task(paired, { n: 1 }), task(paired, { n: 3 }));
  running(paired);
  // On a busy machine the queue starts again before the test looks.
  await waitFor(async () => expect(await refused()).toBeGreaterThanOrEqual(2));
  await allow();
  await waitFor(async () => {
    expect([await listJobs(pool, 'running', 10), await listJobs(pool, 'waiting', 10)]).toEqual([[], []]);
  });
  for (const n of [1, 3]) expect(runs.filter((each) => each === n).length).toBeGreaterThanOrEqual(2);
}, 40_000);

it('takes jobs although the first statement of its queue failed', async () => {
  const ran = Promise.withResolvers<void>();
  const late = job('late', { run: async () => ran.resolve() });
  await put(task(late, {}));
  const { refused, allow } = await refuse('INSERT', '_private_tasks');
  running(late);
  await waitFor(async () => expect(await refused()).toBeGreaterThan(0));
  await allow();
  await ran.promise;
}, 30_000);

it('keeps its heartbeat where the server ends long transactions', async () => {
  const database = pg.escapeIdentifier(new URL(ownersUrl).pathname.slice(1));
  const set = async (timeout: string) => {
    const owner = new pg.Client({ connectionString: ownersUrl });
    await owner.connect();
    await owner.query(`ALTER DATABASE ${database} SET transaction_timeout = '${timeout}'`);
    await owner.end();
  };
  await set('1s');
  onTestFinished(() => set('0'));
  const heartbeat = await beginHeartbeat(url);
  const outcome = await Promise.race([heartbeat.lost.then(() => 'lost'), pause(2500, 'kept')]);
  await heartbeat.end();
  expect(outcome).toBe('kept');
});

it('buries a dead worker while it stops, and finishes its own job', async () => {
  const rejected: unknown[] = [];
  const note = (reason: unknown) => rejected.push(reason);
  process.on('unhandledRejection', note);
  onTestFinished(() => void process.off('unhandledRejection', note));
  let [isRunning, isDone] = [false, false];
  const long = job('long', {
    async run() {
      isRunning = true;
      await pause(2500);
      isDone = true;
    },
  });
  await put(task(long, {}));
  const runner = startRunner<object>({
    url,
    pool,
    jobs: [long],
    dependencies: {},
    concurrency: 2,
    graceMs: 5000,
    log: quiet,
  });
  await waitFor(() => expect(isRunning).toBe(true));
  const stopped = runner.stop();
  const dead = await beginHeartbeat(url);
  await enlist(pool, dead, 'a worker that dies');
  await dead.end();
  await waitFor(async () =>
    expect(await rowsOf(`SELECT FROM "hotpath"."job_workers" WHERE locked_by = 'a worker that dies'`)).toEqual([]),
  );
  expect(isDone).toBe(false);
  await stopped;
  expect([isDone, rejected]).toEqual([true, []]);
});
