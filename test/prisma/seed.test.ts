import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Progress } from 'hotpath/cli';
import pg from 'pg';
import { describe, expect, it } from 'vitest';
import { seed } from '../../prisma/seed/seed.ts';
import { TABLES } from '../../prisma/seed/steps.ts';
import { scratchDatabase } from '../support/database.ts';
import { runToEnd } from '../support/process.ts';

const now = new Date('2026-01-31T12:34:56.789Z');
const COMMAND = 'prisma/seed/main.ts';

async function query<T extends pg.QueryResultRow>(url: string, text: string): Promise<T[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(`SET TimeZone = 'UTC'`);
    return (await client.query<T>(text)).rows;
  } finally {
    await client.end();
  }
}

/** Every byte of every table, by table, as a hash. */
async function digest(url: string): Promise<Record<string, string>> {
  const hashes = TABLES.map(
    (table) => `(SELECT md5(string_agg(r::text, E'\\n' ORDER BY r::text)) FROM ${table} r) ${table}`,
  );
  const rows = await query<Record<string, string>>(url, `SELECT ${hashes.join(', ')}`);
  return rows[0]!;
}

/** Indexes and constraints as PostgreSQL writes them, and whether they are checked and usable. */
const structure = (url: string) =>
  query(
    url,
    `SELECT conrelid::regclass::text AS of, pg_get_constraintdef(oid) AS definition, convalidated AS good FROM pg_constraint
     WHERE connamespace = 'public'::regnamespace
     UNION ALL
     SELECT indrelid::regclass::text, pg_get_indexdef(indexrelid), indisvalid FROM pg_index
     WHERE indrelid IN (SELECT oid FROM pg_class WHERE relnamespace = 'public'::regnamespace)
     ORDER BY 1, 2`,
  );

const isEmpty = async (url: string) => {
  const any = TABLES.map((table) => `EXISTS (SELECT FROM ${table})`).join(' OR ');
  return (await query<{ any: boolean }>(url, `SELECT ${any} AS any`))[0]!.any === false;
};

describe('seed', () => {
  it('has only tables of the schema', () => {
    const files = globSync(join(import.meta.dirname, '../../prisma/schema/*.prisma'));
    const models = files.flatMap((file) => readFileSync(file, 'utf8').match(/^model \w+ \{$.*?^\}/gms) ?? []);
    const ours = models.filter((model) => !model.includes('@@ignore'));
    const tables = ours.map((model) => /@@map\("(\w+)"\)/.exec(model)?.[1]);
    expect(tables).toEqual(expect.arrayContaining([...TABLES]));
  });

  it('makes the same bytes each time, and others for another present', async () => {
    const [one, two, other] = [await scratchDatabase(), await scratchDatabase(), await scratchDatabase()];
    await seed({ url: one, size: 'tiny', now });
    await query(
      two,
      `ALTER ROLE CURRENT_USER IN DATABASE ${new URL(two).pathname.slice(1)} SET TimeZone = 'Asia/Kathmandu'`,
    );
    await seed({ url: two, size: 'tiny', now });
    await seed({ url: other, size: 'tiny', now: new Date('2026-02-01') });
    expect(await digest(two)).toEqual(await digest(one));
    expect(await digest(other)).not.toEqual(await digest(one));
  });

  it('leaves indexes, constraints and sequences usable', async () => {
    const url = await scratchDatabase();
    const before = await structure(url);
    await seed({ url, size: 'tiny', now });
    expect(await structure(url)).toEqual(before);
    const inserted = await query(url, `INSERT INTO users (email, name) VALUES ('new@example.com', 'New') RETURNING id`);
    expect(inserted).toEqual([{ id: 1004 }]);
    await expect(query(url, 'UPDATE orders SET user_id = 999999')).rejects.toThrow('orders_user_id_fkey');
  });

  it('counts the rows, and reports each step when it starts and when it is done', async () => {
    const url = await scratchDatabase();
    const reported: Progress[] = [];
    const counts = await seed({ url, size: 'tiny', now, onProgress: (progress) => reported.push(progress) });
    expect(Object.keys(counts)).toEqual(TABLES);
    expect(counts).toMatchObject({ users: 27, transactions: 163, readings: 241 });
    const total = reported.length / 2;
    expect(reported.map(({ done }) => done)).toEqual(Array.from(reported, (_, index) => Math.ceil(index / 2)));
    expect(reported.at(-1)).toEqual({ part: 'statistics', done: total, total });
  });

  it('refuses a database with data without --reset', async () => {
    const url = await scratchDatabase();
    await seed({ url, size: 'tiny', now });
    const first = await digest(url);
    await query(url, `DELETE FROM permissions; UPDATE users SET name = 'Changed' WHERE id = 1`);
    await expect(seed({ url, size: 'tiny', now })).rejects.toThrow('The database already holds data: pass --reset');
    await seed({ url, size: 'tiny', now, reset: true });
    expect(await digest(url)).toEqual(first);
  });

  it('refuses a database without users that has other data', async () => {
    const url = await scratchDatabase();
    await query(url, `INSERT INTO categories (name, slug, description, icon_url) VALUES ('Mine', 'mine', '', '')`);
    await expect(seed({ url, size: 'tiny', now })).rejects.toThrow('The database already holds data');
    expect(await query(url, 'SELECT name FROM categories')).toEqual([{ name: 'Mine' }]);
  });

  it('names the remedy for a database without tables, and for a missing one', async () => {
    const url = await scratchDatabase('empty');
    await expect(seed({ url, size: 'tiny' })).rejects.toThrow('no tables yet: run `npx prisma migrate deploy` first');
    await expect(seed({ url: `${url}_gone`, size: 'tiny' })).rejects.toThrow(/Cannot connect .*_gone" does not exist/);
  });

  it.each([{ reset: false }, { reset: true }])(
    'changes nothing if its last table fails ($reset)',
    async ({ reset }) => {
      const url = await scratchDatabase();
      if (reset) await seed({ url, size: 'tiny', now: new Date('2025-01-01') });
      await query(url, 'ALTER TABLE reports ADD CONSTRAINT none CHECK (false) NOT VALID');
      const before = { rows: await digest(url), structure: await structure(url) };
      await expect(seed({ url, size: 'tiny', now, reset })).rejects.toThrow('violates check constraint "none"');
      expect({ rows: await digest(url), structure: await structure(url) }).toEqual(before);
      expect(await isEmpty(url)).toBe(!reset);
    },
  );
});

describe('npm run seed', () => {
  it('fills the database, with a line a step on stderr and a table on stdout', async () => {
    const DATABASE_URL = await scratchDatabase();
    const { code, stdout, stderr } = await runToEnd({ DATABASE_URL }, COMMAND, ['--size=tiny', '--now=2026-01-31']);
    expect(stderr).toMatch(/^1\/11 accounts \d+\.\d s\n.*\n11\/11 statistics \d+\.\d s\n$/s);
    expect(stdout).toMatch(/^users +27\n.*\ntransactions +163\n.*\nSeeded \(tiny\) in \d+\.\d s\.\n$/s);
    expect(code).toBe(0);
    const again = await runToEnd({}, COMMAND, ['--database-url', DATABASE_URL]);
    expect(again).toEqual({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(/^The database already holds data: .*\n$/),
    });
  });

  it.each([
    [['--size', 'huge'], '--size is tiny, small or large, not "huge".'],
    [['--now', 'noon'], '--now is a date or a time in UTC'],
    [['--now', '2026-01-31T12:00:00'], '--now is a date or a time in UTC'],
    [['--rest'], "Unknown option '--rest'."],
  ])('refuses %j', async (args, sentence) => {
    const { code, stdout, stderr } = await runToEnd({ DATABASE_URL: 'postgres://127.0.0.1:1/none' }, COMMAND, args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(sentence);
  });

  it('prints its help', async () => {
    const { code, stdout } = await runToEnd({}, COMMAND, ['--help']);
    expect(code).toBe(0);
    for (const option of ['--size', '--reset', '--now', '--database-url']) expect(stdout).toContain(option);
  });

  it('leaves nothing behind when it is killed half-way', async () => {
    const url = await scratchDatabase();
    const child = spawn(process.execPath, [COMMAND, '--database-url', url], { stdio: ['ignore', 'ignore', 'pipe'] });
    for await (const line of createInterface({ input: child.stderr }))
      if (line.includes('orders')) child.kill('SIGKILL');
    if (child.signalCode === null && child.exitCode === null) await once(child, 'exit');
    expect(child.signalCode).toBe('SIGKILL');
    const sessions = `SELECT FROM pg_stat_activity WHERE application_name = 'hotpath seed' AND datname = current_database()`;
    await expect.poll(() => query(url, sessions), { timeout: 10_000 }).toEqual([]);
    expect(await isEmpty(url)).toBe(true);
  });
});
