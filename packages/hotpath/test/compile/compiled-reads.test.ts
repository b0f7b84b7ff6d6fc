/** The extension: `json()` and `jsonMany()` on a client, typed by it, one statement a call. */
import { PrismaPg } from '@prisma/adapter-pg';
import { Ledger, withLedger } from 'hotpath/budget';
import { compiledReads } from 'hotpath/prisma';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, expectTypeOf, it } from 'vitest';
import { PrismaClient } from '../../../../prisma/generated/client.ts';
import { datamodel } from '../../../../prisma/generated/datamodel.ts';
import { testDatabaseUrl } from '../../../../test/support/database.ts';

let pool: pg.Pool;

/** A plain pool, as a script has it. */
const extended = () =>
  new PrismaClient({ adapter: new PrismaPg(pool) }).$extends(compiledReads({ model: datamodel, pool }));

let prisma: ReturnType<typeof extended>;

beforeAll(async () => {
  pool = new pg.Pool({ connectionString: await testDatabaseUrl() });
  prisma = extended();
  await pool.query(`
    INSERT INTO users (id, email, name) VALUES (1, 'ada@example.org', 'Ada'), (2, 'bo@example.org', 'Bo');
    INSERT INTO projects (id, name, description) VALUES (1, 'Bridge', '');
    INSERT INTO permissions (user_id, project_id, role) VALUES (1, 1, 'owner'), (2, 1, 'viewer')`);
});

afterAll(async () => {
  await prisma.$disconnect();
  await pool.end();
});

describe('json', () => {
  it('gives one row by its key, its relations in the same statement', async () => {
    const ledger = new Ledger();
    const reading = () =>
      prisma.project.json({
        where: { id: 1 },
        select: {
          name: true,
          permissions: { orderBy: { userId: 'asc' }, select: { user: { select: { name: true } } } },
        },
      });
    const json = await withLedger(ledger, reading);
    expect(json).toBe('{"name":"Bridge","permissions":[{"user":{"name":"Ada"}},{"user":{"name":"Bo"}}]}');
    expect(ledger.statements).toBe(1);
  });

  it('takes compound keys, and orders like findFirst', async () => {
    const key = { userId: 2, projectId: 1 };
    const one = await prisma.permission.json({ where: { userId_projectId: key }, select: { role: true } });
    expect(one).toBe('{"role":"viewer"}');
    const last = await prisma.user.json({ where: { id: { lt: 9 } }, orderBy: { id: 'desc' }, select: { id: true } });
    expect(last).toBe('{"id":2}');
  });

  it('is null where there is no row', async () => {
    expect(await prisma.user.json({ where: { email: 'nobody' } })).toBeNull();
  });
});

describe('jsonMany', () => {
  it('gives rows', async () => {
    const json = await prisma.user.jsonMany({ select: { id: true }, orderBy: { id: 'asc' } });
    expect(json).toBe('[{"id":1},{"id":2}]');
    expect(await prisma.post.jsonMany()).toBe('[]');
  });

  it('takes computed values', async () => {
    const permissions = { aggregate: 'count', relation: 'permissions' } as const;
    const json = await prisma.user.jsonMany({
      where: { id: 1 },
      select: { id: true },
      computed: { permissions_: permissions },
    });
    expect(json).toBe('[{"id":1,"permissions_":1}]');
  });
});

describe('its types', () => {
  it('tell a row that may be missing from rows', async () => {
    const one = await prisma.user.json({ where: { id: 1 } });
    expectTypeOf(one).toEqualTypeOf<string | null>();
    const many = await prisma.user.jsonMany({ where: { id: 1 } });
    expectTypeOf(many).toEqualTypeOf<string>();
  });

  it('refuse what the schema does not have', () => {
    const never = () => [
      // @ts-expect-error: no such field
      prisma.user.json({ where: { id: 1 }, select: { nam: true } }),
      // @ts-expect-error: no such field in a relation
      prisma.user.jsonMany({ select: { orders: { select: { totl: true } } } }),
      // @ts-expect-error: a number is wanted
      prisma.user.json({ where: { id: 'one' } }),
      // @ts-expect-error: no such argument
      prisma.user.jsonMany({ limit: 3 }),
      // @ts-expect-error: a view without a key has no such field either
      prisma.categoryTotal.json({ where: { nam: 1 } }),
    ];
    expect(never).toBeTypeOf('function');
  });
});
