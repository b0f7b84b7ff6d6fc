/** Short reads share sessions: each gets its own answer, error, count and context, whatever happens to its batch. */
import { CountingPool } from 'hotpath/budget/counting-pool';
import { Ledger, withLedger } from 'hotpath/budget/ledger';
import { type Execute, executeOn } from 'hotpath/compile/execute';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { scratchDatabase } from '../../../../test/support/database.ts';

let url: string;
let pool: CountingPool;
let execute: Execute;
/** The sessions that the pool has handed out since the test looked last. */
let taken: number;

async function open(options: { readonly max: number; readonly connectionTimeoutMillis?: number }): Promise<void> {
  url = await scratchDatabase('empty');
  pool = new CountingPool({ connectionString: url, ...options });
  pool.on('error', () => {});
  pool.on('connect', (client) => client.on('error', () => {}));
  pool.on('acquire', () => {
    taken += 1;
  });
  execute = executeOn(pool);
  await areShared('double', 0);
}

/** Reads until reads of the statement share sessions, which takes several on a machine at work. */
async function areShared(name: keyof typeof TEXTS, ...values: unknown[]): Promise<void> {
  await expect
    .poll(
      async () => {
        taken = 0;
        await Promise.all(numbers(4).map(() => reading(name, values)));
        return taken;
      },
      { timeout: 15_000 },
    )
    .toBe(1);
  taken = 0;
}

afterEach(() => pool.end());

const TEXTS = {
  double: 'SELECT ($1::int * 2)::text AS json',
  inverse: 'SELECT (100 / $1::int)::text AS json',
  locked: 'SELECT count(*)::text AS json FROM held',
};

const reading = async (name: keyof typeof TEXTS, values: unknown[] = []): Promise<string> =>
  (await execute({ name, text: TEXTS[name], values })).json as string;

const numbers = (count: number) => Array.from({ length: count }, (_, index) => index + 1);
const doubles = (count: number) => numbers(count).map((number) => reading('double', [number]));
const doubled = (count: number) => numbers(count).map((number) => String(number * 2));

describe('short reads of one turn', () => {
  beforeEach(() => open({ max: 10 }));

  it('use a session for four to eight of them, and each gets its own answer', async () => {
    expect(await Promise.all(doubles(16))).toEqual(doubled(16));
    expect(taken).toBeGreaterThanOrEqual(2);
    expect(taken).toBeLessThanOrEqual(4);
  });

  it('count for the request that sent them, once each', async () => {
    const ledgers = numbers(6).map(() => new Ledger());
    const answers = ledgers.map((ledger, index) =>
      withLedger(ledger, () => Promise.all([reading('double', [index]), reading('double', [index + 100])])),
    );
    expect(await Promise.all(answers)).toEqual(ledgers.map((_, index) => [`${index * 2}`, `${index * 2 + 200}`]));
    expect(ledgers.map(({ statements, failures }) => [statements, failures])).toEqual(ledgers.map(() => [2, 0]));
  });

  it('are answered also where the statement of one fails: before it, after it, and with two failures', async () => {
    await areShared('inverse', 1);
    const ledger = new Ledger();
    const results = await withLedger(ledger, () =>
      Promise.allSettled([5, 0, 10, 0, 20].map((number) => reading('inverse', [number]))),
    );
    const division = { status: 'rejected', reason: expect.objectContaining({ code: '22012' }) };
    const answer = (value: string) => ({ status: 'fulfilled', value });
    expect(results).toEqual([answer('20'), division, answer('10'), division, answer('5')]);
    expect([ledger.statements, ledger.failures]).toEqual([5, 2]);
    expect(await Promise.all(doubles(8))).toEqual(doubled(8));
  });

  it('prepare their statements where the session has not, the same one twice as well', async () => {
    await areShared('inverse', 1);
    // Other sessions than the one that the first reads have prepared their statements on.
    pool.replaceOlderThan(performance.now());
    for (const _ of [1, 2]) {
      const mixed = [...doubles(3), ...numbers(3).map(() => reading('inverse', [50]))];
      expect(await Promise.all(mixed)).toEqual([...doubled(3), '2', '2', '2']);
    }
  });

  it('leave no session in a transaction', async () => {
    await Promise.all(doubles(8));
    const { rows } = await pool.query(
      `SELECT DISTINCT state FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`,
    );
    expect(rows).toEqual([{ state: 'idle' }]);
  });

  it('all fail if their server ends the session, and the next are answered', async () => {
    const other = new pg.Client({ connectionString: url });
    await other.connect();
    await other.query('CREATE TABLE held (id int)');
    await areShared('locked');
    await other.query('BEGIN; LOCK TABLE held');
    const waiting = Promise.allSettled(numbers(4).map(() => reading('locked')));
    const blocked = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE datname = current_database() AND wait_event_type = 'Lock'`;
    await expect.poll(async () => (await other.query(blocked)).rowCount).toBe(1);
    const results = await waiting;
    expect(results.map(({ status }) => status)).toEqual(numbers(4).map(() => 'rejected'));
    await other.query('COMMIT');
    await other.end();
    expect(await Promise.all(doubles(8))).toEqual(doubled(8));
  });

  it('have a session for themselves once the statement has taken long', async () => {
    await pool.query('CREATE TABLE held (id int)');
    await areShared('locked');
    const other = new pg.Client({ connectionString: url });
    await other.connect();
    await other.query('BEGIN; LOCK TABLE held');
    const slow = reading('locked');
    const blocked = `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
    await expect.poll(async () => (await other.query(blocked)).rowCount).toBe(1);
    await other.query('SELECT pg_sleep(1); COMMIT');
    await slow;
    taken = 0;
    await Promise.all(numbers(4).map(() => reading('locked')));
    expect(taken).toBe(4);
    await other.end();
  });
});

describe('short reads while all sessions are in use', () => {
  beforeEach(() => open({ max: 1, connectionTimeoutMillis: 1000 }));

  it('wait, and the next free session takes sixteen at a time', async () => {
    const client = await pool.connect();
    const answers = doubles(40);
    await new Promise(setImmediate);
    expect(pool.waitingCallers).toBe(40);
    taken = 0;
    client.release();
    expect(await Promise.all(answers)).toEqual(doubled(40));
    expect(taken).toBeLessThanOrEqual(11);
  });

  it('fail if none is free in time, and later ones are answered', async () => {
    const client = await pool.connect();
    const results = await Promise.allSettled(doubles(6));
    expect(new Set(results.map(({ status }) => status))).toEqual(new Set(['rejected']));
    expect(results[0]).toMatchObject({ reason: { message: expect.stringContaining('timeout') } });
    client.release();
    expect(await Promise.all(doubles(6))).toEqual(doubled(6));
  });

  it('let other work of the pool have its turn', async () => {
    const answers = doubles(40);
    const { rows } = await pool.query('SELECT 1 AS one');
    expect(rows).toEqual([{ one: 1 }]);
    expect(await Promise.all(answers)).toEqual(doubled(40));
  });
});
