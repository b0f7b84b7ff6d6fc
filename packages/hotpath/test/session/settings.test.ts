/** The settings of sessions: set before the first statement, whatever the database's own are; or else refused. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SessionClient } from 'hotpath/session/session-client';
import { SessionPool } from 'hotpath/session/session-pool';
import { complaintAbout, schemaOf } from 'hotpath/session/settings';
import pg from 'pg';
import { describe, expect, it } from 'vitest';
import { scratchDatabase } from '../../../../test/support/database.ts';
import { HOSTILE_SETTINGS, makeHostile, setForDatabase } from '../../../../test/support/hostile-settings.ts';

const ROOT = join(import.meta.dirname, '../../../..');

const RIGHT = {
  TimeZone: 'UTC',
  DateStyle: 'ISO, MDY',
  standard_conforming_strings: 'on',
  IntervalStyle: 'postgres',
  extra_float_digits: '1',
  bytea_output: 'hex',
  array_nulls: 'on',
  client_encoding: 'UTF8',
  default_transaction_isolation: 'read committed',
  search_path: 'public, nowhere',
};

const ASK = 'SELECT name, current_setting(name) AS value FROM unnest($1::text[]) AS name';

async function settingsOf(client: pg.Client | pg.Pool): Promise<Record<string, string>> {
  const { rows } = await client.query<{ name: string; value: string }>(ASK, [Object.keys(RIGHT)]);
  return Object.fromEntries(rows.map(({ name, value }) => [name, value]));
}

async function withClient<T>(client: pg.Client, work: (client: pg.Client) => Promise<T>): Promise<T> {
  await client.connect();
  return work(client).finally(() => client.end());
}

describe('a database whose settings are hostile', () => {
  it("shows them to other clients, and the right ones to the library's sessions, from the first statement on", async () => {
    const url = await scratchDatabase('empty');
    await makeHostile(url);
    const others = await withClient(new pg.Client({ connectionString: url }), settingsOf);
    expect(others).toMatchObject({ TimeZone: 'America/New_York', search_path: 'nowhere', bytea_output: 'escape' });
    expect(Object.keys(RIGHT).filter((name) => !(name in HOSTILE_SETTINGS))).toEqual([]);
    expect(await withClient(new SessionClient({ connectionString: url }), settingsOf)).toEqual(RIGHT);
    const pool = new SessionPool({ connectionString: url, max: 3 });
    // The test drops the database by force, which may cut a connection that is just closing.
    pool.on('error', () => {});
    const all = await Promise.all([1, 2, 3].map(() => settingsOf(pool)));
    expect(await pool.complaint()).toBeUndefined();
    await pool.end();
    expect(all).toEqual([RIGHT, RIGHT, RIGHT]);
  });

  it('leaves the search path unchanged if it leads to the right schema', async () => {
    const url = await scratchDatabase('empty');
    const path = async () =>
      (await withClient(new SessionClient({ connectionString: url }), settingsOf))['search_path'];
    expect(await path()).toBe('"$user", public');
    await setForDatabase(url, { search_path: 'public, extensions' });
    expect(await path()).toBe('public, extensions');
  });
});

describe('?schema= of the URL', () => {
  it('comes first in the search path, and is refused if it does not exist', async () => {
    const url = `${await scratchDatabase('empty')}?schema=The%20Shop`;
    await expect(withClient(new SessionClient({ connectionString: url }), settingsOf)).rejects.toThrow(
      'The database has no schema "The Shop" that this user may use, and DATABASE_URL asks for it.',
    );
    await withClient(new pg.Client({ connectionString: url }), (client) => client.query('CREATE SCHEMA "The Shop"'));
    const settings = await withClient(new SessionClient({ connectionString: url }), settingsOf);
    expect(settings['search_path']).toBe('"The Shop", "$user", public');
  });

  it.each([
    ['postgresql://u:p@h/d', 'public'],
    ['postgresql://u:p@h/d?sslmode=require', 'public'],
    ['postgresql://u:p@h/d?schema=', 'public'],
    ['postgresql://u:p@h/d?sslmode=require&schema=a%2Cb', 'a,b'],
    [undefined, 'public'],
  ])('is read from %s', (url, schema) => {
    expect(schemaOf(url)).toBe(schema);
  });
});

describe('the complaint about a session', () => {
  const right = { ...RIGHT, schema: 'public', user: 'the user', process: '7' };
  const complaint = (changed: Record<string, string | null>, processId = 9) =>
    complaintAbout({ ...right, ...changed }, { schema: 'public', processId });

  it('is undefined if values have the same meaning in other words', () => {
    expect(complaint({ TimeZone: 'Etc/UTC', DateStyle: 'ISO, DMY', extra_float_digits: '3' })).toBeUndefined();
  });

  it('is one sentence with each wrong setting, and the commands that fix it', () => {
    const sentence = complaint({ TimeZone: 'Asia/Tokyo', schema: 'it' });
    expect(sentence).toContain('TimeZone is "Asia/Tokyo", but must be "UTC"');
    expect(sentence).toContain('the first schema of search_path is "it", but must be "public"');
    expect(sentence).toContain(`ALTER ROLE "the user" SET TimeZone = 'UTC';`);
    expect(sentence).toContain('ALTER ROLE "the user" SET search_path = "public", public;');
  });

  it('names each setting that is wrong', () => {
    for (const [name, value] of Object.entries(HOSTILE_SETTINGS)) {
      const isWatched = !['xmlbinary', 'client_encoding', 'search_path'].includes(name);
      if (isWatched) expect(complaint({ [name]: value }), name).toContain(`${name} is "${value}"`);
    }
  });
});

describe('connections', () => {
  it('are opened as sessions everywhere, except by code that starts servers, and by the doctor, which reads the settings', () => {
    const folders = ['src', 'packages/hotpath/src', 'prisma/seed'].map((folder) => join(ROOT, folder));
    const files = folders.flatMap((folder) =>
      readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((file) => join(folder, file)),
    );
    const opening = files
      .filter((file) => file.endsWith('.ts'))
      .filter((file) =>
        /new pg\.(Client|Pool)\(|import \{[^}]*\b(Client|Pool)\b[^}]*\} from 'pg'/.test(readFileSync(file, 'utf8')),
      )
      .map((file) => file.slice(ROOT.length + 1));
    expect(opening.sort()).toEqual([
      'packages/hotpath/src/doctor/database.ts',
      'src/dev/postgres/embedded-postgres.ts',
      'src/dev/postgres/membership.ts',
    ]);
  });
});
