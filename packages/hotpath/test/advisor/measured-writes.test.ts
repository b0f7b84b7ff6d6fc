/** The cost of new indexes to writes, measured on a clone: HOT updates by their counts, and nothing is left of the measurement. */
import { adviseIndexes, type IndexFindings } from 'hotpath/advisor/indexes/advise-indexes';
import { withClone } from 'hotpath/advisor/indexes/clone';
import { measureWrites } from 'hotpath/advisor/indexes/measured-writes';
import { profilePage } from 'hotpath/cli/profile-page';
import { profileText } from 'hotpath/cli/profile-report';
import pg from 'pg';
import { beforeEach, expect, it, onTestFinished } from 'vitest';
import { scratchDatabase } from '../../../../test/support/database.ts';

const ROWS = 20_000;

/** Half of each page is free, so updates are HOT. A trigger refuses every write; a row is referenced, and its deletion would cascade. */
const TABLES = `
  CREATE TABLE tickets (
    id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, tenant int NOT NULL, opened_at timestamp NOT NULL,
    minutes int NOT NULL, hours int GENERATED ALWAYS AS (minutes / 60) STORED, CHECK (minutes >= 0)) WITH (fillfactor = 50);
  INSERT INTO tickets (tenant, opened_at, minutes)
  SELECT n % 100, timestamp '2026-01-01' + (n * 7919 % ${ROWS}) * interval '1 minute', n % 500 FROM generate_series(1, ${ROWS}) AS n;
  CREATE TABLE notes (id int PRIMARY KEY, ticket int NOT NULL REFERENCES tickets ON DELETE CASCADE);
  INSERT INTO notes SELECT n, n FROM generate_series(1, 1000) AS n;
  CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'a trigger ran'; END $$;
  CREATE TRIGGER refuse BEFORE INSERT OR UPDATE OR DELETE ON tickets FOR EACH ROW EXECUTE FUNCTION refuse();
  CREATE INDEX by_opening ON tickets (opened_at);
  CREATE INDEX by_tenant ON tickets (tenant) WHERE minutes > 400`;

let url: string;
let client: pg.Client;

async function clientOf(at: string): Promise<pg.Client> {
  const opened = new pg.Client({ connectionString: at });
  await opened.connect();
  onTestFinished(() => opened.end());
  return opened;
}

beforeEach(async () => {
  url = await scratchDatabase('empty');
  client = await clientOf(url);
  await client.query(TABLES);
  await client.query('VACUUM ANALYZE');
});

const content = async () =>
  (
    await client.query(`
      SELECT (SELECT md5(string_agg(t::text, '' ORDER BY id)) FROM tickets t) AS tickets, (SELECT count(*) FROM notes) AS notes,
             (SELECT string_agg(conname, ',' ORDER BY conname) FROM pg_constraint WHERE connamespace = 'public'::regnamespace) AS constraints,
             (SELECT string_agg(relname, ',' ORDER BY relname) FROM pg_class WHERE relname LIKE '%by_%' OR relname LIKE 'hotpath%') AS relations,
             (SELECT tgenabled FROM pg_trigger WHERE tgname = 'refuse') AS trigger`)
  ).rows;

it('counts the HOT updates that an index takes, and leaves the tables as they were', async () => {
  const before = await content();
  const measured = await measureWrites(client, {
    ...{ schema: 'public', table: 'tickets', index: 'public.by_opening', column: 'opened_at' },
  });
  expect(measured).toMatchObject({ update: { column: 'opened_at', hot: { with: 0 } } });
  const { insertMicros, update } = measured!;
  expect(update!.hot.without).toBeGreaterThan(0.9);
  expect(measured!.rows).toBeGreaterThan(3000);
  for (const figure of [insertMicros, update!.micros]) {
    expect(figure.without).toBeGreaterThan(0);
    expect(figure.with).toBeGreaterThan(0);
  }
  expect(await content()).toEqual(before);
});

it('measures inserts alone where the columns have an index already, or their values are alike', async () => {
  const place = { schema: 'public', table: 'tickets', index: 'public.by_opening' };
  expect(await measureWrites(client, place)).not.toHaveProperty('update');
  await client.query('ALTER TABLE tickets DISABLE TRIGGER USER; UPDATE tickets SET tenant = 7');
  const alike = { ...place, index: 'public.by_tenant', column: 'tenant' };
  expect(await measureWrites(client, alike)).not.toHaveProperty('update');
});

it('measures nothing where the table refuses its own rows, or has few', async () => {
  await client.query('ALTER TABLE tickets ADD CONSTRAINT later CHECK (minutes > 1000) NOT VALID');
  const before = await content();
  const place = { schema: 'public', table: 'tickets', index: 'public.by_opening', column: 'opened_at' };
  expect(await measureWrites(client, place)).toBeUndefined();
  expect(await content()).toEqual(before);
  await client.query('CREATE TABLE few AS SELECT * FROM tickets LIMIT 10; CREATE INDEX of_few ON few (tenant)');
  expect(await measureWrites(client, { schema: 'public', table: 'few', index: 'public.of_few' })).toBeUndefined();
});

it('shows the measured figures in the text, as JSON and on the page', async () => {
  await client.query('DROP INDEX by_opening; DROP INDEX by_tenant');
  const text = 'SELECT * FROM tickets WHERE tenant = $1 ORDER BY opened_at DESC LIMIT 20';
  const shape = { text, values: [], route: 'GET /tickets', request: 'GET /tickets', requests: 1, chosen: [] };
  await client.end();
  const found: IndexFindings = await withClone(url, async (clone) =>
    adviseIndexes({ client: await clientOf(url), clone, shapes: [shape], counted: undefined }),
  );
  if ('missing' in found) throw new Error(found.missing);
  expect(found.indexes).toMatchObject([{ measuredWrites: { update: { column: 'tenant', hot: { with: 0 } } } }]);
  const findings = { dearest: { missing: 'None.' }, advice: [], indexes: found };
  const sentence =
    /Measured with \d+ rows: an insert takes \d+\.\d µs (?:instead of \d+\.\d µs|with and without the index), an update of tenant \d+\.\d µs .*\(HOT: 0% instead of \d+%\)/;
  expect(profileText(findings)).toMatch(sentence);
  expect(profilePage(findings, new Date())).toMatch(sentence);
});
