/** The two logs take turns: when each is emptied, and that no reader or writer misses a row or waits for it. */
import { Knowledge } from 'hotpath/freshness/knowledge';
import { parseSnapshot } from 'hotpath/freshness/snapshot';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { catchUp, usePsql } from './support.ts';

const psql = usePsql();

const sessions: pg.Client[] = [];
async function session(): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: psql().url });
  await client.connect();
  // A statement that waits for a lock fails instead.
  await client.query(`SET lock_timeout = '1ms'`);
  sessions.push(client);
  return client;
}

let writer: pg.Client;
let reader: pg.Client;
beforeEach(async () => {
  [writer, reader] = [await session(), await session()];
  await emptied();
});
afterEach(async () => {
  await Promise.all(sessions.splice(0).map((client) => client.end()));
});

const trim = (window = '0'): Promise<unknown> =>
  psql().client.query('SELECT hotpath.trim_log($1::interval, 100)', [window]);

async function trimOften(): Promise<void> {
  for (let times = 0; times < 6; times += 1) await trim();
}

const rename = (id: number) => `UPDATE users SET name = name || '.' WHERE id = ${id}`;

/** The tags in each log. */
async function logs(): Promise<Record<string, string[]>> {
  const { rows } = await psql().client.query<{ log: string; tags: string[] }>(
    `SELECT tableoid::regclass::text AS log, tags FROM hotpath.log ORDER BY xid`,
  );
  const byLog = Map.groupBy(rows, ({ log }) => log);
  const tagsOf = (each: typeof rows) => each.flatMap(({ tags }) => tags.filter((tag) => tag.startsWith(':')));
  return Object.fromEntries([...byLog].map(([log, each]) => [log, tagsOf(each)]));
}

async function emptied(): Promise<void> {
  await expect
    .poll(
      async () => {
        await trim();
        return logs();
      },
      { timeout: 20_000, interval: 1 },
    )
    .toEqual({});
}

/** The log to which transactions write now. */
async function turn(): Promise<string> {
  await writer.query(rename(99));
  const [log] = Object.entries(await logs()).find(([, tags]) => tags.includes(':99'))!;
  return log;
}

const other = (log: string): string => (log === 'hotpath.log_a' ? 'hotpath.log_b' : 'hotpath.log_a');

describe('the two logs', () => {
  it('take turns: transactions write to one while the other rests, and the resting log is then emptied as a file', async () => {
    const first = await turn();
    const fileOf = async (log: string) =>
      (await psql().client.query('SELECT pg_relation_filepath($1::regclass) AS file', [log])).rows[0].file;
    const file = await fileOf(first);
    await trim();
    await writer.query(rename(1));
    expect((await logs())[other(first)]).toEqual([':1', ':1']);
    await trimOften();
    expect((await logs())[first]).toBeUndefined();
    expect(await fileOf(first)).not.toBe(file);
  });

  it('keep older rows for a window, and also the rows written meanwhile', async () => {
    const first = await turn();
    await trim('1 hour');
    await writer.query(rename(1));
    for (let times = 0; times < 6; times += 1) await trim('1 hour');
    const kept = await logs();
    expect(kept[first]).toContain(':99');
    expect(kept[other(first)]).toContain(':1');
  });

  it('are not trimmed in a transaction that does not see the commits of others', async () => {
    await turn();
    await trim();
    const before = await logs();
    await reader.query('BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT 1');
    for (let times = 0; times < 6; times += 1) await reader.query(`SELECT hotpath.trim_log('0', 100)`);
    await reader.query('COMMIT');
    expect(await logs()).toEqual(before);
  });
});

describe('a log that rests', () => {
  it('is kept while a session reads it, and that session finds every row', async () => {
    const first = await turn();
    await trim();
    await reader.query(`BEGIN; DECLARE reading CURSOR FOR SELECT tags FROM hotpath.log; FETCH 0 FROM reading`);
    await trimOften();
    const { rows } = await reader.query<{ tags: string[] }>('FETCH ALL FROM reading');
    expect(rows.flatMap(({ tags }) => tags)).toContain(':99');
    expect((await logs())[first]).toContain(':99');
    await reader.query('COMMIT');
    await trimOften();
    expect((await logs())[first]).toBeUndefined();
  });

  it('is kept while a transaction that wrote to it is open, and a follower learns of the change later', async () => {
    const first = await turn();
    await writer.query(`BEGIN; ${rename(7)}`);
    const [before] = (await reader.query('SELECT pg_current_snapshot()::text AS snapshot')).rows;
    const knowledge = new Knowledge({ tags: 1000, transactions: 8 });
    await catchUp(reader, knowledge);
    await trim();
    expect(await turnOf(reader)).toBe(other(first));
    await trimOften();
    await writer.query('COMMIT');
    // The floor was raised past the transaction: its row is younger.
    await trim();
    await catchUp(reader, knowledge);
    expect(knowledge.isFresh(parseSnapshot(before.snapshot), ['user:7'])).toBe(false);
    expect((await logs())[first]).toContain(':7');
    await emptied();
  });

  it('is kept while the floor does not cover the last commit', async () => {
    const first = await turn();
    await writer.query(`BEGIN; ${rename(8)}`);
    await trimOften();
    await writer.query('COMMIT');
    const { client } = psql();
    const floor = async () => (await client.query('SELECT floor::text FROM hotpath.epoch')).rows[0].floor as string;
    const before = await floor();
    await client.query(`SELECT hotpath.empty_log($1, $2)`, [first, before]);
    expect((await logs())[first]).toContain(':8');
  });

  it('is emptied without waiting for a session, and no session waits for it', async () => {
    await turn();
    await writer.query(`BEGIN; ${rename(9)}`);
    await reader.query('BEGIN; SELECT FROM hotpath.log');
    await trimOften();
    const another = await session();
    await another.query(rename(10));
    expect((await another.query('SELECT FROM hotpath.log')).rowCount).toBeGreaterThan(1);
  });
});

async function turnOf(client: pg.Client): Promise<string> {
  await client.query(rename(98));
  const [log] = Object.entries(await logs()).find(([, tags]) => tags.includes(':98'))!;
  return log;
}

describe('a follower', () => {
  it('forgets earlier reads, and no later one, if it missed rows that are gone', async () => {
    const knowledge = new Knowledge({ tags: 1000, transactions: 8 });
    await catchUp(reader, knowledge);
    const snapshot = async () =>
      parseSnapshot((await reader.query('SELECT pg_current_snapshot()::text AS now')).rows[0].now);
    const before = await snapshot();
    await writer.query(rename(11));
    await emptied();
    const after = await snapshot();
    await catchUp(reader, knowledge);
    expect(knowledge.isFresh(before, ['user:11'])).toBe(false);
    expect(knowledge.isFresh(after, ['user:11'])).toBe(true);
  });
});
