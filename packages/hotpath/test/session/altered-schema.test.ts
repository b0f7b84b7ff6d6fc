/** Statements that were prepared before the schema changed: compiled reads, named statements of a pool, transactions. */

import { CountingPool } from 'hotpath/budget/counting-pool';
import { Ledger, withLedger } from 'hotpath/budget/ledger';
import { type Execute, executeOn } from 'hotpath/compile/execute';
import type { SessionPool } from 'hotpath/session/session-pool';
import type pg from 'pg';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { scratchDatabase } from '../../../../test/support/database.ts';

const CONNECTIONS = 3;

let url: string;
let pool: SessionPool;
let execute: Execute;
/** SQLSTATEs with which the server answered. */
let errors: string[] = [];

beforeAll(async () => {
  url = await scratchDatabase('empty');
});

beforeEach(async () => {
  pool = new CountingPool({ connectionString: url, max: CONNECTIONS });
  // The test drops the database by force, which may cut a connection that is just closing.
  pool.on('error', () => {});
  pool.on('connect', (client) => {
    client.connection.on('errorMessage', ({ code }: pg.DatabaseError) => errors.push(code!));
  });
  execute = executeOn(pool);
  errors = [];
  await pool.query(`
    DROP TABLE IF EXISTS seat; DROP TYPE IF EXISTS place;
    CREATE TABLE seat (id int PRIMARY KEY, place text, price int NOT NULL DEFAULT 7);
    INSERT INTO seat VALUES (1, 'A'), (2, 'B')`);
});
afterEach(() => pool.end());

/** Does the same on every connection of the pool; each stays busy until all have it. */
async function onEach<T>(work: (client: pg.PoolClient) => Promise<T>): Promise<T[]> {
  const clients = await Promise.all(Array.from({ length: CONNECTIONS }, () => pool.connect()));
  const done = Promise.all(clients.map((client) => work(client)));
  return done.finally(() => {
    for (const client of clients) client.release();
  });
}

const FIND = 'SELECT json_agg(id)::text AS json FROM seat WHERE place = $1';
const find = async (value = 'A', text = FIND, name = 'find') => (await execute({ name, text, values: [value] })).json;
/** On every connection at once: none is idle while another waits. */
const findEverywhere = (value?: string) => Promise.all(Array.from({ length: CONNECTIONS * 4 }, () => find(value)));

const TO_ENUM = `CREATE TYPE place AS ENUM ('A', 'B'); ALTER TABLE seat ALTER COLUMN place TYPE place USING place::place`;

describe('a compiled read', () => {
  it('answers at once after the type of a compared column has changed, and is prepared again once for each connection', async () => {
    expect(new Set(await findEverywhere())).toEqual(new Set(['[1]']));
    await pool.query(TO_ENUM);
    expect(new Set(await findEverywhere())).toEqual(new Set(['[1]']));
    expect(new Set(errors)).toEqual(new Set(['42883']));
    await findEverywhere();
    errors = [];
    expect(new Set(await findEverywhere())).toEqual(new Set(['[1]']));
    expect(errors).toEqual([]);
    const names = await onEach(async (client) => {
      const { rows } = await client.query<{ name: string }>('SELECT name FROM pg_prepared_statements ORDER BY name');
      return rows.map(({ name }) => name);
    });
    expect(new Set(names.flat())).toEqual(new Set(['find', 'find.1']));
  });

  it.each([
    ['text to number', 'ALTER TABLE seat ALTER COLUMN place TYPE bigint USING id', '1'],
    [
      'a replaced table',
      'ALTER TABLE seat RENAME TO old; CREATE TABLE seat AS SELECT id, place::varchar FROM old; DROP TABLE old',
      'A',
    ],
  ])('answers at once after %s', async (_, change, value) => {
    await findEverywhere();
    await pool.query(change);
    expect(new Set(await findEverywhere(value))).toEqual(new Set(['[1]']));
  });

  it('answers at once after the type of a parameter was replaced and dropped, as Prisma Migrate replaces an enum', async () => {
    await pool.query(TO_ENUM);
    expect(new Set(await findEverywhere())).toEqual(new Set(['[1]']));
    await pool.query(`CREATE TYPE other AS ENUM ('A', 'B', 'C'); ALTER TABLE seat ALTER COLUMN place TYPE other USING place::text::other;
      DROP TYPE place; ALTER TYPE other RENAME TO place`);
    expect(new Set(await findEverywhere())).toEqual(new Set(['[1]']));
    expect(errors).toContain('XX000');
    await findEverywhere();
    errors = [];
    expect(new Set(await findEverywhere())).toEqual(new Set(['[1]']));
    expect(errors).toEqual([]);
  });

  it('answers at once if the type of its result has changed', async () => {
    const text = 'SELECT max(price) AS json FROM seat WHERE $1 <> place';
    const read = () => find('C', text, 'highest');
    expect(await read()).toBe('7');
    await pool.query('ALTER TABLE seat ALTER COLUMN price TYPE numeric(9, 2)');
    expect(await Promise.all([1, 2, 3, 4].map(read))).toEqual(['7.00', '7.00', '7.00', '7.00']);
    expect(errors).toContain('0A000');
  });

  it('answers at once after its prepared statement was deallocated', async () => {
    await findEverywhere();
    await onEach((client) => client.query('DISCARD ALL').then(() => undefined));
    expect(new Set(await findEverywhere())).toEqual(new Set(['[1]']));
    expect(errors).toContain('26000');
    errors = [];
    expect(new Set(await findEverywhere())).toEqual(new Set(['[1]']));
    expect(errors).toEqual([]);
  });

  it('is prepared again, with another text, if connections are replaced: a pooler keeps prepared statements', async () => {
    const preparedNow = () =>
      onEach(async (client) => (await client.query('SELECT name, statement FROM pg_prepared_statements')).rows);
    await findEverywhere();
    expect((await preparedNow()).flat()).toContainEqual({ name: 'find', statement: FIND });
    pool.replaceOlderThan(performance.now());
    await findEverywhere();
    const statements = (await preparedNow()).flat();
    expect(statements).toContainEqual({ name: 'find.1', statement: `${FIND}\n-- 1` });
    expect(statements).not.toContainEqual({ name: 'find', statement: FIND });
  });

  it('without a name gets no name if connections are replaced', async () => {
    pool.replaceOlderThan(performance.now());
    const one = () => execute({ text: 'SELECT $1::text AS json', values: ['one'] });
    const other = () => execute({ text: `SELECT 'other' AS json`, values: [] });
    for (let round = 0; round < 2 * CONNECTIONS; round += 1) {
      expect([(await one()).json, (await other()).json]).toEqual(['one', 'other']);
    }
  });

  it('fails with the real error while a column is missing, and works when it is back', async () => {
    await findEverywhere();
    await pool.query('ALTER TABLE seat RENAME COLUMN place TO spot');
    await expect(find()).rejects.toMatchObject({ code: '42703' });
    await pool.query('ALTER TABLE seat RENAME COLUMN spot TO place');
    expect(new Set(await findEverywhere())).toEqual(new Set(['[1]']));
  });

  it('is not prepared again for an invalid value', async () => {
    await pool.query(TO_ENUM);
    await findEverywhere();
    await expect(find('Z')).rejects.toMatchObject({ code: '22P02' });
    await findEverywhere();
    const { rows } = await pool.query('SELECT name FROM pg_prepared_statements');
    expect(rows).toEqual([{ name: 'find' }]);
  });
});

describe('a second attempt', () => {
  it('is not a second statement of its request', async () => {
    await findEverywhere();
    await onEach((client) => client.query(named));
    await pool.query(`${TO_ENUM}; ${CHANGE}`);
    const ledger = new Ledger();
    expect(await withLedger(ledger, () => find())).toBe('[1]');
    expect((await withLedger(ledger, () => pool.query(named))).rows).toEqual([{ price: '7' }]);
    expect(ledger.statements).toBe(2);
    expect(new Set(errors).size).toBeGreaterThan(0);
  });
});

const named = { name: 'price of', text: 'SELECT price FROM seat WHERE place = $1', values: ['A'] };
const CHANGE = 'ALTER TABLE seat ALTER COLUMN price TYPE bigint';

describe('a named statement of the pool', () => {
  it('answers at once after the schema has changed, and each connection that had it is replaced', async () => {
    const before = await onEach(processOf);
    await onEach((client) => client.query(named));
    await pool.query(CHANGE);
    const answers = await Promise.all(Array.from({ length: 12 }, () => pool.query(named)));
    expect(answers.map(({ rows }) => rows)).toEqual(Array.from({ length: 12 }, () => [{ price: '7' }]));
    await onEach((client) => client.query(named));
    const after = await onEach(processOf);
    expect(after.filter((process) => before.includes(process))).toEqual([]);
    expect(new Set(errors)).toEqual(new Set(['0A000']));
  });

  it('fails once inside a transaction, whose connection does not return to the pool', async () => {
    const client = await pool.connect();
    const process = await processOf(client);
    await client.query(named);
    await pool.query(CHANGE);
    await client.query('BEGIN');
    const failed = await client.query(named).catch((error: unknown) => error);
    await client.query('ROLLBACK');
    client.release();
    expect(failed).toMatchObject({ code: '0A000' });
    expect(await onEach(processOf)).not.toContain(process);
    expect((await pool.query(named)).rows).toEqual([{ price: '7' }]);
  });

  it('reports its own error if it also fails without its name', async () => {
    await expect(pool.query({ ...named, name: 'no', values: ['A'], text: 'SELECT x FROM seat' })).rejects.toMatchObject(
      {
        code: '42703',
      },
    );
  });
});

const processOf = async (client: pg.PoolClient): Promise<number> =>
  (await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')).rows[0]!.pid;
