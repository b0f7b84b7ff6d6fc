/** The values of a policy's condition beside `SUBJECT`: instances, whose rows Prisma finds, too. */
import { PrismaPg } from '@prisma/adapter-pg';
import { compiledReads } from 'hotpath/prisma';
import { cursorSigner } from 'hotpath/resource/cursor';
import { everything, grantFor, grantForAnyone, type RowCondition, SUBJECT } from 'hotpath/resource/policy';
import { Registry } from 'hotpath/resource/registry';
import { SelectionParser } from 'hotpath/resource/selection';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { scratchDatabase } from '../../../../test/support/database.ts';
import { zooDataModel, zooResource } from '../../../../test/support/zoo.ts';
import { Prisma, PrismaClient } from '../compile/zoo/generated/client.ts';

const TABLES = `
  CREATE TABLE "ANIMAL" (id bigint PRIMARY KEY);
  CREATE SCHEMA "Night House";
  CREATE TABLE "Night House"."Sample" (
    id int PRIMARY KEY, "animalId" bigint, text text, decimal numeric, timestamp timestamp(3), bytes bytea, json jsonb);
  INSERT INTO "ANIMAL" VALUES (7), (8);
  INSERT INTO "Night House"."Sample" VALUES
    (1, 7, 'a', 99.5, '2026-01-01', '\\x01', NULL), (2, 7, 'b', 100.5, '2026-02-01', '\\x02', 'null'), (3, 7, 'c', 100, '2026-03-01', '\\x03', '{}'),
    (4, 8, 'a', 1, '2026-01-01', '\\x01', NULL)`;

let pool: pg.Pool;
const openClient = () =>
  new PrismaClient({ adapter: new PrismaPg(pool) }).$extends(compiledReads({ model: zooDataModel, pool }));
let prisma: ReturnType<typeof openClient>;

beforeAll(async () => {
  pool = new pg.Pool({ connectionString: await scratchDatabase('empty') });
  await pool.query(TABLES);
  prisma = openClient();
});

afterAll(async () => {
  await prisma.$disconnect();
  await pool.end();
});

const viewer = { subject: '7', role: 'user' };
const guarded = (rows: RowCondition) => ({ model: 'Sample', policy: { user: { rows } } });

it.each<[string, RowCondition, number[]]>([
  ['DbNull', { json: { equals: Prisma.DbNull } }, [1]],
  ['JsonNull', { json: { equals: Prisma.JsonNull } }, [2]],
  ['AnyNull', { json: { equals: Prisma.AnyNull } }, [1, 2]],
  ['a negated null', { NOT: { json: { equals: Prisma.AnyNull } } }, [3]],
  ['an object of Json', { json: { equals: {} } }, [3]],
  ['a decimal', { decimal: { lte: new Prisma.Decimal(100) } }, [1, 3]],
  ['a list of decimals', { decimal: { in: [new Prisma.Decimal('100.5')] } }, [2]],
  ['a date', { timestamp: { gte: new Date('2026-02-01T00:00:00Z') } }, [2, 3]],
  ['bytes', { bytes: { equals: new Uint8Array([3]) } }, [3]],
  ['a buffer', { bytes: Buffer.from([1]) }, [1]],
  ['skip', { text: Prisma.skip, id: { not: 1 } }, [2, 3]],
])('%s beside SUBJECT finds the rows that Prisma finds', async (_name, more, expected) => {
  const policy = guarded({ animalId: SUBJECT, ...more });
  expect(grantForAnyone(zooDataModel, policy, 'user').rows).toBeDefined();
  const args = { where: grantFor(zooDataModel, policy, viewer)!.rows as object, select: { id: true } } as const;
  const rows = await prisma.sample.findMany({ ...args, orderBy: { id: 'asc' } });
  expect(rows.map(({ id }) => id)).toEqual(expected);
  expect(JSON.parse(await prisma.sample.jsonMany({ ...args, orderBy: { id: 'asc' } }))).toEqual(rows);
});

it('a policy with bytes guards an embedded resource', async () => {
  const animal = zooResource('Animal', {
    ...{ name: 'animal', fields: ['id'], relations: { samples: {} }, defaultFields: 'id', sort: 'id' },
    policy: everything('user'),
  });
  const sample = zooResource('Sample', {
    ...{ name: 'sample', fields: ['id'], defaultFields: 'id', sort: 'id' },
    policy: { user: { rows: { animalId: SUBJECT, bytes: Buffer.from([2]) } } },
  });
  const registry = new Registry(zooDataModel);
  registry.add(animal, sample);
  const parser = new SelectionParser(registry, cursorSigner('secret'));
  const { args } = parser.list({ resource: animal, viewer, query: { fields: 'id,samples(id)' } });
  expect(JSON.parse(await prisma.animal.jsonMany(args as never))).toEqual([
    { id: '7', samples: [{ id: 2 }] },
    { id: '8', samples: [] },
  ]);
});
