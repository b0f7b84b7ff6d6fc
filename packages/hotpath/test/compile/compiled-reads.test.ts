/** The client extension: `json()` and `jsonMany()` with the client's types and one statement a call. */
import { PrismaPg } from '@prisma/adapter-pg';
import { Ledger, withLedger } from 'hotpath/budget';
import { compiledReads } from 'hotpath/prisma';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, expectTypeOf, it } from 'vitest';
import { Prisma, PrismaClient } from '../../../../prisma/generated/client.ts';
import { datamodel } from '../../../../prisma/generated/datamodel.ts';
import { testDatabaseUrl } from '../../../../test/support/database.ts';

let pool: pg.Pool;

/** A plain pool, like that of a script. */
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
  it('returns one row by its key, with its relations in the same statement', async () => {
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

  it('accepts compound keys, and sorts like findFirst', async () => {
    const key = { userId: 2, projectId: 1 };
    const one = await prisma.permission.json({ where: { userId_projectId: key }, select: { role: true } });
    expect(one).toBe('{"role":"viewer"}');
    const last = await prisma.user.json({ where: { id: { lt: 9 } }, orderBy: { id: 'desc' }, select: { id: true } });
    expect(last).toBe('{"id":2}');
  });

  it('returns null if no row matches', async () => {
    expect(await prisma.user.json({ where: { email: 'nobody' } })).toBeNull();
  });
});

describe('jsonMany', () => {
  it('returns rows', async () => {
    const json = await prisma.user.jsonMany({ select: { id: true }, orderBy: { id: 'asc' } });
    expect(json).toBe('[{"id":1},{"id":2}]');
    expect(await prisma.post.jsonMany()).toBe('[]');
  });

  it('accepts computed values', async () => {
    const permissions = { aggregate: 'count', relation: 'permissions' } as const;
    const json = await prisma.user.jsonMany({
      where: { id: 1 },
      select: { id: true },
      computed: { permissions_: permissions },
    });
    expect(json).toBe('[{"id":1,"permissions_":1}]');
  });
});

describe('the `omit` of the client', () => {
  const adapter = () => new PrismaPg(pool);
  const reads = () => compiledReads({ model: datamodel, pool });
  const omit = { user: { email: true, name: false }, permission: { role: true } } as const;
  const client = () => new PrismaClient({ adapter: adapter(), omit }).$extends(reads());

  const ROWS: Parameters<ReturnType<typeof client>['user']['findMany']>[0][] = [
    {},
    { include: { permissions: true } },
    { include: { permissions: { include: { user: true, project: true } } } },
    { select: { email: true, permissions: true } },
    { select: { permissions: { select: { user: true } } } },
    { omit: { name: true } },
    { omit: { email: false } },
    { omit: { email: Prisma.skip as never } },
    { include: { permissions: { omit: { role: false } } } },
    Object.freeze({ select: Object.freeze({ permissions: true }) }),
  ];

  it.each(ROWS)('leaves out what Prisma leaves out of %j', async (args) => {
    const omitting = client();
    const expected = await omitting.user.findMany({ ...args, orderBy: { id: 'asc' } });
    expect(JSON.parse(await omitting.user.jsonMany({ ...args, orderBy: { id: 'asc' } } as never))).toEqual(
      JSON.parse(JSON.stringify(expected)),
    );
    const one = await omitting.user.findUnique({ ...args, where: { id: 1 } } as never);
    expect(JSON.parse((await omitting.user.json({ ...args, where: { id: 1 } } as never))!)).toEqual(
      JSON.parse(JSON.stringify(one)),
    );
  });

  it('belongs to one client, though two share the extension', async () => {
    const shared = reads();
    const omitting = new PrismaClient({ adapter: adapter(), omit }).$extends(shared);
    const whole = new PrismaClient({ adapter: adapter() }).$extends(shared);
    expect(await omitting.user.json({ where: { id: 1 } })).not.toContain('ada@example.org');
    expect(await whole.user.json({ where: { id: 1 } })).toContain('ada@example.org');
  });
});

describe('the types of json and jsonMany', () => {
  it('distinguish a row that may be missing from rows', async () => {
    const one = await prisma.user.json({ where: { id: 1 } });
    expectTypeOf(one).toEqualTypeOf<string | null>();
    const many = await prisma.user.jsonMany({ where: { id: 1 } });
    expectTypeOf(many).toEqualTypeOf<string>();
  });

  it('reject fields and arguments that the schema does not have', () => {
    const never = () => [
      // @ts-expect-error: no such field
      prisma.user.json({ where: { id: 1 }, select: { nam: true } }),
      // @ts-expect-error: no such field in a relation
      prisma.user.jsonMany({ select: { orders: { select: { totl: true } } } }),
      // @ts-expect-error: the argument is a number
      prisma.user.json({ where: { id: 'one' } }),
      // @ts-expect-error: no such argument
      prisma.user.jsonMany({ limit: 3 }),
      // @ts-expect-error: a view without a key does not have this field either
      prisma.categoryTotal.json({ where: { nam: 1 } }),
    ];
    expect(never).toBeTypeOf('function');
  });
});
