/** The members that the library needs of Prisma beyond its documentation, with a real client on a real server. A failure names what has moved. */
import { PrismaPg } from '@prisma/adapter-pg';
import { Prisma as Extension } from '@prisma/client/extension';
import {
  callPlaceOf,
  globalOmitFor,
  globalOmitOf,
  isSkip,
  jsonNullOf,
  MIGRATIONS_TABLE,
} from 'hotpath/compile/prisma-internals';
import pg from 'pg';
import { expect, it, onTestFinished } from 'vitest';
import { Prisma, PrismaClient } from '../../../../prisma/generated/client.ts';
import { testDatabaseUrl } from '../../../../test/support/database.ts';

it('Prisma.skip has a method `ifUndefined`, and no other value of Prisma has', () => {
  expect(isSkip(Prisma.skip), '`Prisma.skip` cannot be recognised any more').toBe(true);
  for (const other of [Prisma.DbNull, new Prisma.Decimal(1), {}, null, undefined]) expect(isSkip(other)).toBe(false);
});

it('the nulls of Json name themselves by `_getNamespace` and `_getName`', () => {
  const names = [Prisma.DbNull, Prisma.JsonNull, Prisma.AnyNull].map(jsonNullOf);
  expect(names, 'the nulls of Json cannot be recognised any more').toEqual(['DbNull', 'JsonNull', 'AnyNull']);
  for (const other of [Prisma.skip, new Prisma.Decimal(1), {}, null]) expect(jsonNullOf(other)).toBeUndefined();
});

it('an operation carries the place of its call to the extensions of queries', async () => {
  const pool = new pg.Pool({ connectionString: await testDatabaseUrl(), max: 1 });
  onTestFinished(() => pool.end());
  const places: (string | undefined)[] = [];
  const watching = Extension.defineExtension({
    query: {
      $allOperations({ args, query, ...parameters }) {
        places.push(callPlaceOf(parameters));
        return query(args);
      },
    },
  });
  const prisma = new PrismaClient({ adapter: new PrismaPg(pool), errorFormat: 'colorless' }).$extends(watching);
  await prisma.user.findMany({ take: 1 });
  expect(places, 'Prisma passes no `__internalParams.callsite` any more').toEqual([
    expect.stringMatching(/prisma-internals\.test\.ts:\d+:\d+$/),
  ]);
});

it('a client keeps its `omit`, also when it is extended', async () => {
  const pool = new pg.Pool({ connectionString: await testDatabaseUrl(), max: 1 });
  onTestFinished(() => pool.end());
  const omit = { user: { email: true } } as const;
  const prisma = new PrismaClient({ adapter: new PrismaPg(pool), omit });
  for (const client of [prisma, prisma.$extends({}), prisma.$extends({}).$extends({})])
    expect(globalOmitOf(client), 'a client has no `_globalOmit` any more').toEqual(omit);
  expect(globalOmitOf(new PrismaClient({ adapter: new PrismaPg(pool) }))).toEqual({});
  expect(globalOmitFor(omit, 'User')).toEqual({ email: true });
  expect(globalOmitFor(omit, 'Post')).toEqual({});
});

it('Prisma Migrate records its migrations in a table', async () => {
  const client = new pg.Client({ connectionString: await testDatabaseUrl() });
  await client.connect();
  onTestFinished(() => client.end());
  const { rows } = await client.query(
    `SELECT array_agg(attname::text) AS columns FROM pg_attribute WHERE attrelid = to_regclass($1) AND attnum > 0`,
    [MIGRATIONS_TABLE],
  );
  expect(rows[0].columns, 'Prisma Migrate records its migrations elsewhere').toEqual(
    expect.arrayContaining(['migration_name', 'finished_at', 'rolled_back_at']),
  );
});
