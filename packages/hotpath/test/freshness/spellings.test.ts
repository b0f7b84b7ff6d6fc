/** Constants that are written otherwise than the triggers log their values: an answer has the tags that are logged. */
import type { Watched } from 'hotpath/freshness/watched';
import { beforeAll, describe, expect, it } from 'vitest';
import { installSmall, type SmallRequest, watchSmall, writeBehind } from './small-service.ts';

const MODELS = `
model Tenant {
  id        String     @id @db.Uuid
  documents Document[]

  @@map("tenants")
}

model Document {
  id       Int    @id
  tenantId String @map("tenant_id") @db.Uuid
  shelf    String @db.VarChar(8)
  tenant   Tenant @relation(fields: [tenantId], references: [id])
  place    Shelf  @relation(fields: [shelf], references: [name])

  @@map("documents")
}

model Shelf {
  name      String     @id @db.VarChar(8)
  documents Document[]

  @@map("shelves")
}

view ShelfTotal {
  shelf String @unique @db.Char(8)
  total BigInt

  @@map("shelf_totals")
}
`;

const TABLES = `
CREATE TABLE tenants (id uuid PRIMARY KEY);
CREATE TABLE documents (id integer PRIMARY KEY, tenant_id uuid NOT NULL, shelf varchar(8) NOT NULL DEFAULT 'A');
CREATE TABLE shelves (name varchar(8) PRIMARY KEY);
CREATE VIEW shelf_totals AS SELECT shelf::char(8), count(*) AS total FROM documents GROUP BY shelf;
INSERT INTO tenants VALUES ('6f9619ff-8b86-d011-b42d-00c04fc964ff')`;

const CANONICAL = '6f9619ff-8b86-d011-b42d-00c04fc964ff';
const SPELLINGS = [
  CANONICAL,
  CANONICAL.toUpperCase(),
  CANONICAL.replaceAll('-', ''),
  '6f9619FF-8b86d011-b42d-00c04fc964ff',
];
const WRITES = [
  `INSERT INTO documents VALUES (1, '${CANONICAL}')`,
  `INSERT INTO documents VALUES (2, '00000000-0000-0000-0000-000000000000', 'B')`,
  `UPDATE documents SET id = 3 WHERE id = 1`,
];

/** @param rows of documents that a viewer may see, by their tenant. */
const declared = (rows: unknown) => ({
  Tenant: { fields: ['id'], relations: { documents: {} }, policy: { user: { rows: { id: rows } } } },
  Document: { fields: ['id', 'shelf'], policy: { user: { rows: { tenantId: rows } } } },
  Shelf: { fields: ['name'] },
  ShelfTotal: {
    fields: ['total', 'shelf'],
    policy: { user: { rows: { shelf: 'A ' } } },
    madeOf: { Document: { shelf: 'shelf' } },
  },
});

const REQUESTS: readonly SmallRequest[] = [
  { resource: 'document' },
  { resource: 'tenant', query: { fields: 'documents(id)' } },
];

describe.each<[string, string]>([
  ['a field of the type Uuid', MODELS],
  ['a field that is a Uuid in the database alone', MODELS.replaceAll(' @db.Uuid', '')],
])('a policy with a constant of %s', (_, models) => {
  const services = new Map<string, Watched>();

  beforeAll(async () => {
    for (const spelling of SPELLINGS) services.set(spelling, await watchSmall(models, declared({ in: [spelling] })));
  }, 60_000);

  it.each(SPELLINGS)('written as %s names the rows that change', async (spelling) => {
    const watched = services.get(spelling)!;
    const client = await installSmall(TABLES, watched);
    for (const request of REQUESTS) {
      expect(await writeBehind(client, watched, { request, writes: WRITES })).toMatchObject({ changed: 2, refused: 0 });
      await client.query('DELETE FROM documents');
    }
  });
});

it('a condition on a view whose field is padded does not name rows of its table by it', async () => {
  const watched = await watchSmall(MODELS, declared(CANONICAL));
  const client = await installSmall(TABLES, watched);
  const request = { resource: 'shelfTotal' };
  expect(await writeBehind(client, watched, { request, writes: WRITES.slice(0, 1) })).toMatchObject({ changed: 1 });
}, 60_000);
