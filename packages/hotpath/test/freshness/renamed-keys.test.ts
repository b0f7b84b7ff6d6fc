/** Triggers that make other tags of a key than the service: a gap, although they log the same keys and columns. */
import { surveyTables } from 'hotpath/freshness/coverage';
import type { Watched } from 'hotpath/freshness/watched';
import { install } from 'hotpath/install/install';
import { beforeAll, expect, it } from 'vitest';
import { connectSmall, takeTags, watchSmall } from './small-service.ts';

const MODELS = `
model Member {
  kind   Kind
  userId Int  @map("user_id")

  @@id([kind, userId])
  @@map("members")
}

model Sale {
  id       Int  @id
  buyerId  Int  @map("buyer_id")
  sellerId Int  @map("seller_id")
  buyer    User @relation("bought", fields: [buyerId], references: [id])
  seller   User @relation("sold", fields: [sellerId], references: [id])

  @@map("sales")
}

model User {
  id     Int    @id
  bought Sale[] @relation("bought")
  sold   Sale[] @relation("sold")

  @@map("users")
}

enum Kind {
  NEW
  OLD
}
`;

const TABLES = `
CREATE TYPE "Kind" AS ENUM ('NEW', 'OLD');
CREATE TABLE members (kind "Kind", user_id integer, PRIMARY KEY (kind, user_id));
CREATE TABLE users (id integer PRIMARY KEY);
CREATE TABLE sales (id integer PRIMARY KEY, buyer_id integer NOT NULL, seller_id integer NOT NULL);`;

const resources = {
  Member: { fields: ['userId', 'kind'] },
  Sale: { fields: ['id', 'buyerId', 'sellerId'] },
  User: { fields: ['id'], relations: { bought: {}, sold: {} } },
};

/** Versions of the service, by what they changed in their Prisma schema alone. */
const VERSIONS = {
  first: MODELS,
  'a value of an enum renamed': MODELS.replace('NEW', 'fresh @map("NEW")'),
  'a renamed value renamed again': MODELS.replace('NEW', 'recent @map("NEW")'),
  'two columns exchanged': MODELS.replace('"buyer_id"', '"?"')
    .replace('"seller_id"', '"buyer_id"')
    .replace('"?"', '"seller_id"'),
};
type Version = keyof typeof VERSIONS;

const services = new Map<string, Watched>();

beforeAll(async () => {
  for (const [version, models] of Object.entries(VERSIONS)) services.set(version, await watchSmall(models, resources));
}, 60_000);

it.each<[Version, Version, string, string, string[]]>([
  ['first', 'a value of an enum renamed', 'member', `INSERT INTO members VALUES ('NEW', 5)`, ['member:fresh,5']],
  [
    'a value of an enum renamed',
    'a renamed value renamed again',
    'member',
    `INSERT INTO members VALUES ('NEW', 5)`,
    ['member:recent,5'],
  ],
  [
    'first',
    'two columns exchanged',
    'sale',
    'INSERT INTO sales (id, buyer_id, seller_id) VALUES (1, 7, 8)',
    ['sale:1', 'sale?buyerId=8', 'sale?sellerId=7'],
  ],
])('from %s to %s, %s is not covered until its triggers are replaced', async (before, after, source, write, tags) => {
  const [old, latest] = [services.get(before)!, services.get(after)!];
  const client = await connectSmall(TABLES);
  const gaps = async (watched: Watched) => (await surveyTables(client, watched)).gaps;
  const another = [{ source, reason: expect.stringContaining('of another version'), remedy: 'migrations' }];
  await install(client, old);
  expect([await gaps(old), await gaps(latest)]).toEqual([[], another]);
  expect((await install(client, latest)).triggers).toEqual([source]);
  // Instances of the version before bypass the cache until they are gone.
  expect([await gaps(latest), await gaps(old)]).toEqual([[], another]);
  await client.query(write);
  expect(await takeTags(client)).toEqual(tags);
});
