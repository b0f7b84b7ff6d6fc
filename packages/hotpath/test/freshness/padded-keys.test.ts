/** Children of a parent whose key is written otherwise than theirs: their changes outdate the parent's answer. */
import { surveyTables } from 'hotpath/freshness/coverage';
import type { Watched } from 'hotpath/freshness/watched';
import { beforeAll, expect, it } from 'vitest';
import { installSmall, type SmallRequest, watchSmall, writeBehind } from './small-service.ts';

const MODELS = `
model Product {
  sku    String   @id @db.Char(12)
  name   String
  offers Offer[]
  labels Label[]

  @@map("products")
}

model Offer {
  id      Int     @id
  sku     String  @db.VarChar(12)
  product Product @relation(fields: [sku], references: [sku])

  @@map("offers")
}

model Label {
  id       Int       @id
  products Product[]

  @@map("labels")
}
`;

const TABLES = `
CREATE TABLE products (sku char(12) PRIMARY KEY, name text NOT NULL);
CREATE TABLE offers (id integer PRIMARY KEY, sku varchar(12) NOT NULL);
CREATE TABLE labels (id integer PRIMARY KEY);
CREATE TABLE "_LabelToProduct" ("A" integer NOT NULL, "B" char(12) NOT NULL, PRIMARY KEY ("A", "B"));
INSERT INTO products VALUES ('A-1', 'Tea');
INSERT INTO labels VALUES (1)`;

/** The Prisma schema does not know that the database pads the key. */
const UNAWARE = MODELS.replace('@db.Char(12)', '@db.VarChar(12)');

const NEW_OFFER = `INSERT INTO offers VALUES (1, 'A-1')`;
const WRITES = [
  NEW_OFFER,
  `INSERT INTO "_LabelToProduct" VALUES (1, 'A-1')`,
  'DELETE FROM offers',
  'DELETE FROM "_LabelToProduct"',
];

let aware: Watched;
let unaware: Watched;

beforeAll(async () => {
  const relations = { offers: {}, labels: {} };
  const declared = {
    Product: { fields: ['sku', 'name'], relations },
    Offer: { fields: ['id', 'sku'] },
    Label: { fields: ['id'] },
  };
  aware = await watchSmall(MODELS, declared);
  unaware = await watchSmall(UNAWARE, declared);
}, 60_000);

const query = { fields: 'sku,offers(id),labels(id)' };

it.each<[string, SmallRequest]>([
  ['a list of parents', { resource: 'product', query }],
  ['a parent', { resource: 'product', query, item: { sku: 'A-1' } }],
  ['a parent, with blanks at the end of the path,', { resource: 'product', query, item: { sku: 'A-1  ' } }],
])('the answer of %s is outdated by a new child', async (_, request) => {
  const client = await installSmall(TABLES, aware);
  expect(await writeBehind(client, aware, { request, writes: WRITES })).toMatchObject({ changed: 4, refused: 0 });
});

it('so it is if only the database pads the key', async () => {
  const client = await installSmall(TABLES, unaware);
  const { gaps, inexactFields, inexactKeys } = await surveyTables(client, unaware);
  expect(gaps).toEqual([]);
  expect([...inexactFields]).toContain('product.sku');
  expect([...inexactKeys]).toContain('product:');
  expect(inexactKeys).not.toContain('offer?sku=');
  const request = { resource: 'product', query };
  expect(await writeBehind(client, unaware, { request, writes: WRITES })).toMatchObject({ changed: 4, refused: 0 });
});
