/**
 * `countStatements` on a pool of an application: every way to send a statement is counted once, for the request that
 * sends it.
 */
import { once } from 'node:events';
import { pipeline } from 'node:stream/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { countStatements, Ledger, withLedger } from 'hotpath/budget';
import pg from 'pg';
import Cursor from 'pg-cursor';
import QueryStream from 'pg-query-stream';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { scratchDatabase } from '../../../../test/support/database.ts';
import { lineOf } from './lines.ts';

let url: string;
const pools: pg.Pool[] = [];

beforeAll(async () => {
  url = await scratchDatabase('empty');
});
afterEach(async () => {
  for (const pool of pools.splice(0)) await pool.end();
});

function openPool(config: pg.PoolConfig = {}): pg.Pool {
  const pool = new pg.Pool({ connectionString: url, max: 2, ...config });
  // The test drops the database by force.
  pool.on('error', () => {});
  pools.push(pool);
  return pool;
}

/** The statements of `work`, as counted. */
async function sentBy(work: () => unknown, sites = false): Promise<Ledger> {
  const ledger = new Ledger({ sites });
  await withLedger(ledger, async () => await work());
  return ledger;
}

const withClient = async (pool: pg.Pool, work: (client: pg.PoolClient) => Promise<unknown>) => {
  const client = await pool.connect();
  await work(client).finally(() => client.release());
};

/** Each sends one statement that returns one row, and ends when the result has arrived. */
const WAYS: Record<string, (pool: pg.Pool) => Promise<unknown>> = {
  'pool.query': (pool) => pool.query('select 1'),
  'pool.query with a configuration': (pool) => pool.query({ name: 'one', text: 'select $1::int', values: [1] }),
  'pool.query with a callback': (pool) => new Promise((resolve) => pool.query('select 1', resolve)),
  'pool.query with a Query': (pool) => pool.query(new pg.Query('select 1') as unknown as pg.QueryConfig),
  'client.query': (pool) => withClient(pool, (client) => client.query('select $1::int', [1])),
  'client.query with a callback': (pool) =>
    withClient(pool, (client) => new Promise((resolve) => client.query('select 1', resolve as () => void))),
  'client.query with a callback inside': (pool) =>
    withClient(
      pool,
      (client) => new Promise((resolve) => client.query({ text: 'select 1', callback: resolve } as never)),
    ),
  'client.query with a Query': (pool) =>
    withClient(pool, (client) => once(client.query(new pg.Query('select 1')), 'end')),
  'pool.connect with a callback': (pool) =>
    new Promise<void>((resolve) => {
      pool.connect((_error, client, release) => {
        client!.query('select 1', () => {
          release();
          resolve();
        });
      });
    }),
  'a cursor': (pool) =>
    withClient(pool, async (client) => {
      const cursor = client.query(new Cursor('select 1'));
      expect(await cursor.read(10)).toHaveLength(1);
      await cursor.close();
    }),
  'a stream': (pool) =>
    withClient(pool, (client) =>
      pipeline(client.query(new QueryStream('select 1')), async (rows) => {
        for await (const row of rows) expect(row).toEqual({ '?column?': 1 });
      }),
    ),
  'a transaction': (pool) =>
    withClient(pool, async (client) => {
      await client.query('BEGIN');
      await client.query('SET LOCAL lock_timeout = 100');
      await client.query("select set_config('app.tenant', $1, true)", ['7']);
      await client.query('select 1');
      await client.query('COMMIT');
    }),
  'a statement that fails': (pool) => pool.query('select 1/0').catch(() => {}),
};

describe.each(Object.entries(WAYS))('%s', (name, send) => {
  it('is counted once', async () => {
    const pool = openPool();
    countStatements(pool);
    const ledger = await sentBy(() => send(pool));
    expect([ledger.statements, ledger.failures]).toEqual([1, name.includes('fails') ? 1 : 0]);
    expect(ledger.all()[0]!.statement).toMatch(/^select \?/);
    expect(ledger.durationMs).toBeGreaterThan(0);
  });

  it('is counted on a connection that was open before', async () => {
    const pool = openPool({ max: 1 });
    await pool.query('select 0');
    countStatements(pool);
    expect((await sentBy(() => send(pool))).statements).toBe(1);
  });

  it('is counted for no other request, when one connection serves all', async () => {
    const pool = openPool({ max: 1 });
    countStatements(pool);
    const ledgers = await Promise.all(
      [1, 2, 3].map((times) =>
        sentBy(async () => {
          for (let n = 0; n < times; n += 1) await send(pool);
        }),
      ),
    );
    expect(ledgers.map(({ statements }) => statements)).toEqual([1, 2, 3]);
  });

  it('is not counted after it was undone', async () => {
    const pool = openPool();
    const undo = countStatements(pool);
    await send(pool);
    undo();
    expect((await sentBy(() => send(pool))).statements).toBe(0);
  });
});

describe('statements of callbacks and events', () => {
  /**
   * A pool whose connection another request opened, so that the connection's own context is that of the other request.
   */
  async function poolOpenedByAnother(): Promise<pg.Pool> {
    const pool = openPool({ max: 1 });
    countStatements(pool);
    const other = await sentBy(() => pool.query('select 0'));
    expect(other.statements).toBe(1);
    return pool;
  }

  it.each<[string, (pool: pg.Pool, done: () => void) => void]>([
    ['a callback of pool.query', (pool, done) => pool.query('select 1', () => pool.query('select 2', done))],
    [
      'a row of a Query',
      (pool, done) =>
        pool.connect((_error, client, release) => {
          client!.query(new pg.Query('select 1')).on('end', () => {
            release();
            pool.query('select 2', done);
          });
        }),
    ],
    [
      'a callback of a cursor',
      (pool, done) =>
        pool.connect((_error, client, release) => {
          const cursor = client!.query(new Cursor('select 1'));
          cursor.read(5, () =>
            cursor.close(() => {
              release();
              pool.query('select 2', done);
            }),
          );
        }),
    ],
    [
      'the data of a stream',
      (pool, done) =>
        pool.connect((_error, client, release) => {
          const rows = client!.query(new QueryStream('select 1'));
          rows.on('data', () => pool.query('select 2', done));
          rows.on('close', () => release());
        }),
    ],
  ])('is counted for the request of %s', async (_name, start) => {
    const pool = await poolOpenedByAnother();
    const ledger = await sentBy(() => new Promise<void>((resolve) => start(pool, resolve)));
    expect(ledger.statements).toBe(2);
  });
});

describe('countStatements', () => {
  it('counts nothing twice, and ends when each call has been undone', async () => {
    const pool = openPool();
    const first = countStatements(pool);
    const second = countStatements(pool);
    const count = async () => (await sentBy(() => pool.query('select 1'))).statements;
    expect(await count()).toBe(1);
    first();
    first();
    expect(await count()).toBe(1);
    second();
    expect(await count()).toBe(0);
  });

  it('leaves the pool and its connections as they were', async () => {
    const pool = openPool({ max: 1 });
    const client = await pool.connect();
    const undo = countStatements(pool);
    expect((await sentBy(() => client.query('select 1'))).statements).toBe(1);
    undo();
    client.release();
    for (const object of [pool, client]) expect(Object.hasOwn(object, 'query')).toBe(false);
    expect(Object.hasOwn(pool, 'connect')).toBe(false);
    expect(['connect', 'acquire', 'remove'].map((event) => pool.listenerCount(event))).toEqual([0, 0, 0]);
  });

  it('leaves wrappers in place that other code has added since', async () => {
    const pool = openPool();
    const undo = countStatements(pool);
    const { query } = pool;
    let asked = 0;
    pool.query = ((...args: Parameters<typeof query>) => {
      asked += 1;
      return query.apply(pool, args);
    }) as typeof query;
    undo();
    const ledger = await sentBy(() => pool.query('select 1'));
    expect([asked, ledger.statements]).toEqual([1, 0]);
  });

  it.each([
    ['a connection string', 'postgres://localhost/db'],
    ['a configuration', { connectionString: 'postgres://localhost/db' }],
    ['a client', new pg.Client()],
    ['nothing', null],
  ])('refuses %s', (_name, value) => {
    expect(() => countStatements(value as never)).toThrow(/^hotpath\/budget counts the statements of a pg\.Pool, but/);
  });

  it('throws what pg throws', async () => {
    const pool = openPool();
    const thrownBy = async () => {
      const client = await pool.connect();
      const thrown = await sentBy(() => client.query(null as never)).catch((error: Error) => error);
      const rejected = await client.query('select 1/0').catch((error: Error) => error);
      client.release();
      return [String(thrown), String(rejected)];
    };
    const before = await thrownBy();
    countStatements(pool);
    expect(await thrownBy()).toEqual(before);
    expect(before).toEqual(['TypeError: Client was passed a null or undefined query', 'error: division by zero']);
  });

  it('hides no unhandled rejection, and causes none', async () => {
    const pool = openPool();
    countStatements(pool);
    const unhandled: unknown[] = [];
    const listener = (error: Error) => unhandled.push(error.message);
    const others = process.listeners('unhandledRejection');
    process.removeAllListeners('unhandledRejection').on('unhandledRejection', listener);
    try {
      const client = await pool.connect();
      await sentBy(async () => {
        client.query('select 1/0 as unheard');
        await client.query('select 1/0 as heard').catch(() => {});
        await pool.query('select 1/0 as heard').catch(() => {});
      }, true);
      await pause(50);
      client.release();
      expect(unhandled).toEqual(['division by zero']);
    } finally {
      process.removeAllListeners('unhandledRejection');
      for (const other of others) process.on('unhandledRejection', other);
    }
  });

  it('names the line of each statement, also of those that a callback sends', async () => {
    const pool = openPool();
    countStatements(pool);
    const ledger = await sentBy(async () => {
      await new Promise<void>((resolve) => {
        const second = () => pool.query('select 2 as b', () => resolve()); // line: inner
        pool.query('select 1 as a', second); // line: outer
      });
    }, true);
    const sites = ledger.all().map(({ statement, sites }) => [statement, ...sites]);
    const at = (name: string) => expect.stringContaining(`${lineOf(import.meta.filename, name)}:`);
    expect(sites).toEqual([
      ['select ? as a', at('outer')],
      ['select ? as b', at('inner')],
    ]);
  });
});
