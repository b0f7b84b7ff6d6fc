/** Reads that leave with a write: what they see, and what becomes of the write and of the session if something fails. */
import { once } from 'node:events';
import { CountingPool } from 'hotpath/budget/counting-pool';
import { Ledger, withLedger } from 'hotpath/budget/ledger';
import type { ReadRow, Statement } from 'hotpath/compile/compile';
import { PreparedReads } from 'hotpath/compile/prepared-reads';
import type { SessionClient } from 'hotpath/session/session-client';
import { SessionPool } from 'hotpath/session/session-pool';
import { TrailingReads } from 'hotpath/session/trailing-reads';
import pg from 'pg';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { scratchDatabase } from '../../../../test/support/database.ts';
import { onDatabase } from '../../../../test/support/on-database.ts';

let url: string;
let pool: SessionPool;
/** How often the server was ready for another message: once a trip. */
let trips: number;
const countTrip = () => {
  trips += 1;
};

const seats = (name = 'seats'): Statement => ({
  name,
  text: 'SELECT json_agg(place ORDER BY id)::text AS json FROM seat',
  values: [],
});
const BROKEN: Statement = { text: 'SELECT (1 / (count(*) - 2))::text AS json FROM seat', values: [] };

const places = () =>
  onDatabase(url, async (client) => {
    const { rows } = await client.query('SELECT json_agg(place ORDER BY id) AS places FROM seat');
    return rows[0].places;
  });

beforeAll(async () => {
  url = await scratchDatabase('empty');
});

async function open(Pool: typeof SessionPool, max = 1): Promise<void> {
  pool = new Pool({ connectionString: url, max });
  pool.on('error', () => {});
  pool.on('connect', (client) => client.connection.on('readyForQuery', countTrip));
  await pool.query('SELECT 1');
  trips = 0;
}

beforeEach(async () => {
  await onDatabase(url, (client) =>
    client.query(`
      DROP TABLE IF EXISTS seat;
      CREATE TABLE seat (
        id int PRIMARY KEY, place text NOT NULL CHECK (place <> ''),
        row int CONSTRAINT one_row UNIQUE DEFERRABLE INITIALLY DEFERRED);
      INSERT INTO seat VALUES (1, 'A', 1), (2, 'B', 2)`),
  );
  await open(CountingPool);
});
afterEach(() => pool.end());

interface Answered {
  readonly reads: TrailingReads;
  /** The answers so far: JSON, or the name of an error. */
  readonly answers: string[];
}

/** Reads inside the transaction of a write, and after it the same that `after` names. */
function trailing(...statements: readonly Statement[]): Answered {
  return trailingWith({ inside: statements, after: [] });
}

interface Reads {
  readonly inside: readonly Statement[];
  readonly after: readonly Statement[];
}

function trailingWith({ inside, after }: Reads): Answered {
  const prepared = new PreparedReads(pool);
  const answers: string[] = [];
  const finish = (error: Error | null, row?: ReadRow) => void answers.push(error ? error.name : String(row!.json));
  const reads = new TrailingReads({
    inside(session) {
      for (const statement of inside) prepared.run(session, statement, finish);
    },
    after(session) {
      for (const statement of after) prepared.runUncounted(session, statement, finish);
    },
  });
  return { reads, answers };
}

/** Work with the one session of the pool. */
async function onSession(work: (client: pg.PoolClient) => Promise<void>): Promise<void> {
  const client = await pool.connect();
  try {
    await work(client);
  } finally {
    client.release();
  }
}

const MOVE = 'UPDATE seat SET place = $1 WHERE id = 1';
const move = (place: string) => pool.query(MOVE, [place]);

describe('a read that trails a write', () => {
  it('sees it, in one trip, and counts as a statement', async () => {
    const ledger = new Ledger({ sites: false });
    const { reads, answers } = trailing(seats(), seats());
    const { rowCount } = await withLedger(ledger, () => reads.during(() => move('C')));
    expect([rowCount, reads.areAnswered, trips, ledger.statements]).toEqual([1, true, 1, 3]);
    expect(answers).toEqual(['["C", "B"]', '["C", "B"]']);
  });

  it.each([
    ['in a configuration', (text: string) => pool.query({ text, values: ['C'] })],
    ['with a name', (text: string) => pool.query({ name: 'move', text, values: ['C'] })],
    [
      'that gives rows',
      (text: string) => pool.query({ text: `${text} RETURNING place`, values: ['C'], rowMode: 'array' }),
    ],
    ['without values', (text: string) => pool.query(text.replace('$1', "'C'"))],
    [
      'with a callback',
      (text: string) =>
        new Promise((resolve, reject) => {
          pool.query(text, ['C'], (error, result) => (error ? reject(error) : resolve(result)));
        }),
    ],
    [
      'on a session that its caller took',
      async (text: string) => {
        const client = await pool.connect();
        return client.query(text, ['C']).finally(() => client.release());
      },
    ],
  ])('trails a write %s', async (_how, write) => {
    for (const expected of ['["C", "B"]', '["C", "B"]']) {
      const { reads, answers } = trailing(seats());
      const result = await reads.during(() => write(MOVE));
      expect(result).toMatchObject({ rowCount: 1, command: 'UPDATE' });
      expect([reads.areAnswered, answers]).toEqual([true, [expected]]);
    }
    expect(trips).toBe(2);
  });

  it('is of no use if the write is refused, and the session goes on', async () => {
    for (const refused of ['', null]) {
      const { reads, answers } = trailing(seats());
      await expect(reads.during(() => pool.query(MOVE, [refused]))).rejects.toThrow(/violates/);
      expect([reads.areAnswered, answers]).toEqual([false, ['UnansweredRead']]);
    }
    const { reads, answers } = trailing(seats());
    await reads.during(() => move('D'));
    expect(answers).toEqual(['["D", "B"]']);
  });

  it('is of no use if the commit is refused, and the write is not sent again', async () => {
    const { reads, answers } = trailing(seats());
    const write = () => pool.query('UPDATE seat SET row = 2, place = place || $1 WHERE id = 1', ['!']);
    await expect(reads.during(write)).rejects.toThrow('one_row');
    expect([reads.areAnswered, answers]).toEqual([false, ['UnansweredRead']]);
    expect(await places()).toEqual(['A', 'B']);
  });

  it('has the write sent again without it if it fails itself, so the write happens once', async () => {
    const { reads, answers } = trailing(seats(), BROKEN, seats());
    const { rowCount } = await reads.during(() => pool.query('UPDATE seat SET place = place || $1', ['!']));
    expect([rowCount, reads.areAnswered]).toEqual([2, false]);
    expect(answers).toEqual(['UnansweredRead', 'UnansweredRead', 'UnansweredRead']);
    expect(await places()).toEqual(['A!', 'B!']);
  });

  it('is not sent if a value of the write cannot be written', async () => {
    const { reads, answers } = trailing(seats());
    const value = {
      toPostgres() {
        throw new Error('no value');
      },
    };
    await expect(reads.during(() => pool.query(MOVE, [value]))).rejects.toThrow('no value');
    expect([reads.areAnswered, answers]).toEqual([false, ['UnansweredRead']]);
    const next = trailing(seats());
    await next.reads.during(() => move('F'));
    expect(next.answers).toEqual(['["F", "B"]']);
  });

  it('fails with the write if the connection is lost', async () => {
    const { reads, answers } = trailing(seats());
    await onDatabase(url, async (other) => {
      await other.query('BEGIN; SELECT FROM seat FOR UPDATE');
      const moved = expect(reads.during(() => move('G'))).rejects.toThrow(/terminat|Connection/);
      await expect
        .poll(async () => {
          const { rows } = await other.query(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'",
          );
          return rows.length;
        })
        .toBe(1);
      await moved;
    });
    expect([reads.areAnswered, answers]).toEqual([false, ['UnansweredRead']]);
    expect(await places()).toEqual(['A', 'B']);
  });
});

describe('reads after a write', () => {
  const both = (after = [seats('seats after')]) => trailingWith({ inside: [seats()], after });

  it('see it committed, in the same message', async () => {
    const { reads, answers } = both([
      { text: 'SELECT (pg_current_xact_id_if_assigned() IS NULL)::text AS json', values: [] },
      seats(),
    ]);
    await reads.during(() => move('O'));
    await expect.poll(() => answers).toEqual(['["O", "B"]', 'true', '["O", "B"]']);
    expect(reads.areAnswered).toBe(true);
  });

  it('change nothing of the write if they fail', async () => {
    for (const place of ['P', 'Q']) {
      const { reads, answers } = both([BROKEN, seats()]);
      await reads.during(() => move(place));
      expect(reads.areAnswered).toBe(true);
      await expect.poll(() => answers).toEqual([`["${place}", "B"]`, 'UnansweredRead', 'UnansweredRead']);
    }
  });

  it('are of no use if the write is refused, and the session goes on', async () => {
    await onSession(async (client) => {
      const { reads, answers } = both();
      await expect(reads.during(() => client.query(MOVE, ['']))).rejects.toThrow(/violates/);
      await expect.poll(() => answers).toEqual(['UnansweredRead', '["A", "B"]']);
      expect(reads.areAnswered).toBe(false);
      const next = both();
      await next.reads.during(() => client.query(MOVE, ['R']));
      await expect.poll(() => next.answers).toEqual(['["R", "B"]', '["R", "B"]']);
    });
  });

  it('are not sent if a value of the write cannot be written', async () => {
    const { reads, answers } = both();
    const value = {
      toPostgres() {
        throw new Error('no value');
      },
    };
    await expect(reads.during(() => pool.query(MOVE, [value]))).rejects.toThrow('no value');
    await expect.poll(() => answers).toEqual(['UnansweredRead', 'UnansweredRead']);
    expect((await pool.query('SELECT 7 AS seven')).rows).toEqual([{ seven: 7 }]);
  });

  it.each([
    ['done', MOVE, 'R', ['["R", "B"]', '["R", "B"]']],
    ['refused', MOVE, '', ['UnansweredRead', '["A", "B"]']],
    ['sent again', 'UPDATE seat SET place = $1', 'R', ['UnansweredRead', 'UnansweredRead', '["A", "B"]']],
  ])(
    'have their own answers if others wait behind the write: a write that is %s',
    async (_how, write, place, answered) => {
      const inside = answered.length > 2 ? [seats(), BROKEN] : [seats()];
      const { reads, answers } = trailingWith({ inside, after: [seats('seats after')] });
      await onSession(async (client) => {
        const said = await reads.during(() =>
          Promise.allSettled([
            client.query(write, [place]),
            client.query('SELECT count(*)::int AS seats FROM seat'),
            client.query('SELECT place FROM seat WHERE id = 1'),
          ]),
        );
        const [, seatCount, first] = said.map((each) => (each.status === 'fulfilled' ? each.value.rows : undefined));
        expect([seatCount, first]).toEqual([[{ seats: 2 }], [{ place: place || 'A' }]]);
      });
      expect([reads.areAnswered, answers]).toEqual([false, answered]);
    },
  );

  it('come from a session that the pool closes after the write, or end', async () => {
    await pool.end();
    pool = new CountingPool({ connectionString: url, max: 1, maxUses: 1 });
    pool.on('error', () => {});
    for (let round = 0; round < 5; round += 1) {
      const { reads, answers } = both();
      await reads.during(() => move(`S${round}`));
      await expect.poll(() => answers.length).toBe(2);
      expect([reads.areAnswered, answers[0]]).toEqual([true, `["S${round}", "B"]`]);
    }
  });
});

it('leaves with no later write of a session on which one has failed', async () => {
  const first = trailing(BROKEN);
  await first.reads.during(() => move('T'));
  const second = trailing(seats());
  await second.reads.during(() => move('U'));
  expect([second.reads.areSent, second.answers, await places()]).toEqual([false, [], ['U', 'B']]);
});

it('has the time limit of its write', async () => {
  const { reads } = trailing(seats());
  const slow = { text: `${MOVE} AND pg_sleep(2) IS NOT NULL`, values: ['V'], query_timeout: 50 };
  await expect(reads.during(() => pool.query(slow as pg.QueryConfig))).rejects.toThrow('Query read timeout');
});

it('has no name where nothing is prepared', async () => {
  const client = (await pool.connect()) as pg.PoolClient & SessionClient;
  client.prepareNothing();
  client.release();
  for (let round = 0; round < 2; round += 1) {
    const { reads, answers } = trailingWith({ inside: [seats()], after: [seats()] });
    await reads.during(() => pool.query({ name: 'move', text: MOVE, values: ['W'] }));
    await expect.poll(() => answers).toEqual(['["W", "B"]', '["W", "B"]']);
  }
  expect((await pool.query('SELECT name FROM pg_prepared_statements')).rows).toEqual([]);
});

describe('no read trails', () => {
  it.each([
    [
      'several statements in one text',
      () => pool.query("UPDATE seat SET place = 'X' WHERE id = 1; UPDATE seat SET place = 'Y' WHERE id = 2"),
    ],
    [
      'rows that come in parts',
      () => pool.query({ text: `${MOVE} RETURNING id`, values: ['X'], rows: 1 } as pg.QueryConfig),
    ],
  ])('%s', async (_what, write) => {
    const { reads, answers } = trailing(seats());
    await reads.during(write as () => Promise<unknown>);
    expect([reads.areSent, reads.areAnswered, answers, (await places())[0]]).toEqual([false, false, [], 'X']);
  });

  it('a write behind a BEGIN that is still on its way', async () => {
    const { reads, answers } = trailing(seats());
    const client = await pool.connect();
    const begun = client.query('BEGIN');
    await reads.during(() => client.query(MOVE, ['Z']));
    await begun;
    await client.query('ROLLBACK');
    client.release();
    expect([reads.areSent, answers, await places()]).toEqual([false, [], ['A', 'B']]);
  });

  it('a write in a transaction, nor its BEGIN', async () => {
    const { reads, answers } = trailing(seats());
    const client = await pool.connect();
    await reads.during(async () => {
      await client.query('BEGIN');
      await client.query(MOVE, ['H']);
      await client.query('COMMIT');
    });
    client.release();
    expect([reads.areAnswered, answers, await places()]).toEqual([false, [], ['H', 'B']]);
  });

  it('a write in a transaction that began before', async () => {
    const { reads, answers } = trailing(seats());
    const client = await pool.connect();
    await client.query('BEGIN');
    await reads.during(() => client.query(MOVE, ['I']));
    await client.query('ROLLBACK');
    client.release();
    expect([reads.areAnswered, answers]).toEqual([false, []]);
  });

  it('a write after a read', async () => {
    const { reads, answers } = trailing(seats());
    await reads.during(async () => {
      await pool.query('SELECT 1');
      await move('J');
    });
    expect([reads.areAnswered, answers]).toEqual([false, []]);
  });

  it('the statements of other work', async () => {
    const { reads, answers } = trailing(seats());
    let isOver = false;
    const over = reads.during(async () => {
      while (!isOver) await new Promise(setImmediate);
    });
    await move('K');
    isOver = true;
    await over;
    expect([reads.areAnswered, answers]).toEqual([false, []]);
  });
});

it('is of no use if its work sends a second statement', async () => {
  const { reads, answers } = trailing(seats());
  await reads.during(async () => {
    await move('L');
    await move('M');
  });
  expect([reads.areAnswered, answers]).toEqual([false, ['["L", "B"]']]);
});

it.each([
  ['counts its statements', CountingPool],
  ['counts none', SessionPool],
])('leaves with its own write, however many wait for the session of a pool that %s', async (_which, Pool) => {
  await pool.end();
  await open(Pool);
  const works = Array.from({ length: 20 }, (_, index) => {
    const { reads, answers } = trailing(seats());
    return { reads, answers, place: `seat ${index}`, done: reads.during(() => move(`seat ${index}`)) };
  });
  await Promise.all(works.map(({ done }) => done));
  for (const { reads, answers, place } of works)
    expect([reads.areAnswered, answers]).toEqual([true, [`["${place}", "B"]`]]);
  expect(trips).toBe(works.length);
});

it('costs a query that submits itself nothing', async () => {
  const { reads, answers } = trailing(seats());
  const client = await pool.connect();
  await reads.during(async () => {
    const query = client.query(new pg.Query(MOVE.replace('$1', "'N'")));
    await once(query, 'end');
  });
  client.release();
  expect([reads.areAnswered, answers, await places()]).toEqual([false, [], ['N', 'B']]);
});
