/** Policies of row-level security: a gap if one shows or hides rows without a logged change, for the role that reads. */
import { readFingerprint, relationNames } from 'hotpath/freshness/catalog';
import { type Gap, surveyTables } from 'hotpath/freshness/coverage';
import type { Watched } from 'hotpath/freshness/watched';
import type { SessionClient } from 'hotpath/session/session-client';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { installSmall, watchSmall } from './small-service.ts';

const MODELS = `
model Document {
  id    Int    @id
  title String

  @@map("documents")
}

view TitleTotal {
  title String @unique
  total BigInt

  @@map("title_totals")
}
`;

const TABLES = `
CREATE TABLE documents (id integer PRIMARY KEY, title text NOT NULL, hidden boolean NOT NULL DEFAULT false);
CREATE TABLE published (document_id integer PRIMARY KEY);
CREATE VIEW title_totals AS SELECT title, count(*) AS total FROM documents GROUP BY title;
CREATE FUNCTION is_published(document integer) RETURNS boolean STABLE LANGUAGE sql AS
  'SELECT EXISTS (SELECT FROM published WHERE document_id = document)';
ALTER TABLE documents ENABLE ROW LEVEL SECURITY;`;

const OF_PUBLISHED = 'CREATE POLICY p ON documents USING (id IN (SELECT document_id FROM published))';

let watched: Watched;
let client: SessionClient;

beforeAll(async () => {
  watched = await watchSmall(MODELS, {
    Document: { fields: ['id', 'title'] },
    TitleTotal: { fields: ['total', 'title'], madeOf: { Document: {} } },
  });
}, 60_000);

beforeEach(async () => {
  client = await installSmall(TABLES, watched);
});

/** The gaps for a role that owns nothing, unless the change makes it the owner. A rollback undoes the role, too. */
async function gapsAfter(change: string): Promise<readonly Gap[]> {
  await client.query(
    `BEGIN; CREATE ROLE reader; CREATE ROLE other; GRANT USAGE ON SCHEMA hotpath TO reader; ${change}; SET LOCAL ROLE reader`,
  );
  const { gaps } = await surveyTables(client, watched);
  await client.query('ROLLBACK');
  return gaps;
}

const unlogged = (reason: string) => [
  { source: 'document', reason: expect.stringContaining(reason), remedy: 'schema' },
];

describe('a policy is a gap if it', () => {
  it.each([
    ['reads another table', OF_PUBLISHED, 'has a subquery of published'],
    [
      'reads other rows of its table',
      'CREATE POLICY p ON documents USING (id = (SELECT max(d.id) FROM documents d))',
      'has a subquery',
    ],
    [
      'calls a function that reads a table',
      'CREATE POLICY p ON documents USING (is_published(id))',
      'calls is_published(integer), which is not immutable',
    ],
    [
      'reads a setting',
      `CREATE POLICY p ON documents FOR SELECT USING (title = current_setting('app.title'))`,
      'calls current_setting(text)',
    ],
    ['reads the time', `CREATE POLICY p ON documents USING (now() > '2026-01-01')`, 'calls now()'],
    ['depends on the role', 'CREATE POLICY p ON documents USING (title = current_user)', 'the role or the time'],
    ['reads a column that is not logged', 'CREATE POLICY p ON documents USING (NOT hidden)', 'the column "hidden"'],
    [
      'reads its row as a whole',
      'CREATE POLICY p ON documents USING (documents.* IS DISTINCT FROM NULL)',
      'the column "hidden"',
    ],
    ['reads the version of its row', `CREATE POLICY p ON documents USING (xmin <> '7'::xid)`, 'the column "xmin"'],
    [
      'is for a role that the role has',
      `GRANT other TO reader; ${OF_PUBLISHED.replace('USING', 'TO other USING')}`,
      'has a subquery',
    ],
    [
      'applies to the owner, too',
      `${OF_PUBLISHED}; ALTER TABLE documents FORCE ROW LEVEL SECURITY; ALTER TABLE documents OWNER TO reader`,
      'has a subquery',
    ],
    [
      'applies to the owner of a view',
      `${OF_PUBLISHED}; ALTER TABLE documents OWNER TO reader;
       ALTER VIEW title_totals OWNER TO other`,
      'has a subquery',
    ],
  ])('%s', async (_, policy, reason) => {
    expect(await gapsAfter(policy)).toEqual(unlogged(reason));
  });
});

describe('a policy hides no change if', () => {
  it.each([
    [
      'it compares columns that are logged',
      `CREATE POLICY p ON documents USING (title <> 'draft' AND lower(title) <> '')`,
    ],
    [
      'it is for another role',
      `${OF_PUBLISHED.replace('USING', 'TO other USING')}; CREATE POLICY all_rows ON documents TO reader USING (true)`,
    ],
    ['it is about writes', OF_PUBLISHED.replace('USING', 'FOR INSERT WITH CHECK')],
    ['the table does not use it', `${OF_PUBLISHED}; ALTER TABLE documents DISABLE ROW LEVEL SECURITY`],
    ['the role owns the table', `${OF_PUBLISHED}; ALTER TABLE documents OWNER TO reader`],
    ['the role bypasses it', `${OF_PUBLISHED}; ALTER ROLE reader BYPASSRLS`],
  ])('%s', async (_, policy) => {
    expect(await gapsAfter(policy)).toEqual([]);
  });
});

it('enabling it again begins a new epoch, for the rights of a role leave no trace in the catalog of a table', async () => {
  const fingerprint = () => readFingerprint(client, relationNames(watched));
  const before = await fingerprint();
  expect(await fingerprint()).toBe(before);
  await client.query('ALTER TABLE documents ENABLE ROW LEVEL SECURITY');
  expect(await fingerprint()).not.toBe(before);
});
