/** An existing application, on `pg`, Drizzle and Prisma: its N+1s are named, and the corrected routes pass. */
import { PrismaPg } from '@prisma/adapter-pg';
import { asc, eq, inArray } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/node-postgres';
import { integer, pgTable, text } from 'drizzle-orm/pg-core';
import Fastify, { type FastifyInstance } from 'fastify';
import { type BudgetsOptions, budgets } from 'hotpath/budget';
import { callSites } from 'hotpath/prisma';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PrismaClient } from '../../../../prisma/generated/client.ts';
import { scratchDatabase } from '../../../../test/support/database.ts';
import { lineOf } from './lines.ts';

const users = pgTable('users', { id: integer('id').primaryKey(), name: text('name') });
const posts = pgTable('posts', { id: integer('id').primaryKey(), authorId: integer('author_id') });

let pool: pg.Pool;
let db: ReturnType<typeof openDrizzle>;
let prisma: ReturnType<typeof openPrisma>;
const openDrizzle = () => drizzle(pool, { schema: { users, posts } });
const openPrisma = () => new PrismaClient({ adapter: new PrismaPg(pool) }).$extends(callSites);
const opened: FastifyInstance[] = [];

beforeAll(async () => {
  pool = new pg.Pool({ connectionString: await scratchDatabase('small'), max: 4 });
  // The test drops the database by force.
  pool.on('error', () => {});
  db = openDrizzle();
  prisma = openPrisma();
});
afterAll(async () => {
  for (const app of opened) await app.close();
  await prisma.$disconnect();
  await pool.end();
});

const POSTS = 'select id, author_id from posts order by id limit 4';
const AUTHOR = 'select name from users where id = $1';

async function routes(app: FastifyInstance): Promise<void> {
  app.get('/pg/loop', async () => {
    const { rows } = await pool.query(POSTS);
    for (const post of rows) {
      post.author = (await pool.query(AUTHOR, [post.author_id])).rows[0]; // line: pg
    }
    return rows;
  });
  app.get('/pg/transaction', async () => {
    const client = await pool.connect();
    try {
      await client.query('begin');
      const { rows } = await client.query(POSTS);
      await Promise.all(
        rows.map(async (post) => {
          post.author = (await client.query({ text: AUTHOR, values: [post.author_id] })).rows[0]; // line: pg transaction
        }),
      );
      await client.query('commit');
      return rows;
    } finally {
      client.release();
    }
  });
  app.get('/pg/callback', (_request, reply) => {
    pool.query(POSTS, (_error, { rows }) => {
      let left = rows.length;
      for (const post of rows) {
        const done = (_failed: Error, found: pg.QueryResult) => {
          post.author = found.rows[0];
          left -= 1;
          if (left === 0) reply.send(rows);
        };
        pool.query(AUTHOR, [post.author_id], done); // line: pg callback
      }
    });
  });
  app.get('/pg/mended', async () => {
    const { rows } = await pool.query(POSTS);
    const authors = await pool.query('select id, name from users where id = any($1)', [rows.map((r) => r.author_id)]);
    return rows.map((post) => ({ ...post, author: authors.rows.find(({ id }) => id === post.author_id) }));
  });
  app.get('/drizzle/loop', async () => {
    const found = await db.select().from(posts).orderBy(asc(posts.id)).limit(4);
    const all = [];
    for (const post of found) {
      const [author] = await db.select().from(users).where(eq(users.id, post.authorId!)); // line: drizzle
      all.push({ ...post, author });
    }
    return all;
  });
  app.get('/drizzle/parallel', async () =>
    db.transaction(async (tx) => {
      const found = await tx.query.posts.findMany({ limit: 4 });
      const author = (id: number) => tx.query.users.findFirst({ where: eq(users.id, id) });
      return await Promise.all(found.map((post) => author(post.authorId!))); // line: drizzle parallel
    }),
  );
  app.get('/drizzle/mended', async () => {
    const found = await db.select().from(posts).orderBy(asc(posts.id)).limit(4);
    const ids = found.map((post) => post.authorId!);
    const authors = await db.select().from(users).where(inArray(users.id, ids));
    return found.map((post) => ({ ...post, author: authors.find(({ id }) => id === post.authorId) }));
  });
  app.get('/prisma/loop', async () => {
    const found = await prisma.post.findMany({ take: 4, select: { id: true, authorId: true } });
    const all = [];
    for (const { authorId } of found) {
      const where = { id: authorId };
      all.push(await prisma.user.findFirst({ where, select: { name: true } })); // line: prisma
    }
    return all;
  });
  app.get('/prisma/transaction', async () =>
    prisma.$transaction(async (tx) => {
      const counts = [];
      for (const authorId of [1, 2, 3]) {
        counts.push(await tx.post.count({ where: { authorId } })); // line: prisma transaction
      }
      return counts;
    }),
  );
  app.get('/prisma/mended', async () =>
    prisma.post.findMany({ take: 4, select: { id: true, author: { select: { name: true } } } }),
  );
}

async function appWith(options: Omit<BudgetsOptions, 'pool'>, logged: string[] = []): Promise<FastifyInstance> {
  const app = Fastify({ logger: { level: 'warn', stream: { write: (line: string) => void logged.push(line) } } });
  opened.push(app);
  app.register(budgets, { pool, ...options });
  app.register(routes);
  await app.ready();
  return app;
}

const LOOPS = [
  ['/pg/loop', 'pg', 5],
  ['/pg/transaction', 'pg transaction', 5],
  ['/pg/callback', 'pg callback', 5],
  ['/drizzle/loop', 'drizzle', 5],
  ['/drizzle/parallel', 'drizzle parallel', 5],
  ['/prisma/loop', 'prisma', 5],
  ['/prisma/transaction', 'prisma transaction', 3],
] as const;

describe('in the mode `throw`', () => {
  it.each(LOOPS)('%s fails with its statement and its line', async (url, line, statements) => {
    const app = await appWith({ mode: 'throw' });
    const reply = await app.inject(url);
    expect([reply.statusCode, reply.headers['content-type'], reply.json().code]).toEqual([
      500,
      'application/problem+json; charset=utf-8',
      'BUDGET_EXCEEDED',
    ]);
    const [head, repeated, ...sites] = reply.json().detail.split('\n');
    expect(head).toBe(`GET ${url} sent ${statements} statements.`);
    expect(repeated).toMatch(/^ {2}[34] times: select .+/i);
    expect(sites).toEqual([expect.stringContaining(`    at ${lineOf(import.meta.filename, line)}:`)]);
  });

  it.each(['/pg/mended', '/drizzle/mended', '/prisma/mended'])('%s passes', async (url) => {
    const reply = await (await appWith({ mode: 'throw' })).inject(url);
    expect([reply.statusCode, reply.json().length]).toEqual([200, 4]);
    expect(reply.json()[0].author.name).toEqual(expect.any(String));
    expect(reply.headers['server-timing']).toMatch(/^db;dur=\d+\.\d\d;desc="[12] statements?"$/);
  });
});

it('answers as before in the mode `warn`, and logs the line', async () => {
  const logged: string[] = [];
  const app = await appWith({ mode: 'warn' }, logged);
  expect((await app.inject('/pg/loop')).statusCode).toBe(200);
  expect(logged.map((line) => JSON.parse(line))).toEqual([
    expect.objectContaining({ level: 40, msg: expect.stringContaining(lineOf(import.meta.filename, 'pg')) }),
  ]);
});

it('answers as before in the mode `count`, and counts', async () => {
  const app = await appWith({ mode: 'count' });
  for (const url of ['/pg/loop', '/pg/loop', '/pg/mended']) expect((await app.inject(url)).statusCode).toBe(200);
  expect([...app.overruns]).toEqual([['GET /pg/loop', 2]]);
});

it('counts the statements of two requests apart, whichever comes first', async () => {
  const app = await appWith({ mode: 'count', repeated: Infinity, default: 5 });
  const replies = await Promise.all(
    ['/pg/loop', '/drizzle/mended', '/prisma/loop', '/pg/callback', '/pg/mended'].map((url) => app.inject(url)),
  );
  const spent = replies.map(({ headers }) => /desc="(\d+)/.exec(String(headers['server-timing']))?.[1]);
  expect(spent).toEqual(['5', '2', '5', '5', '2']);
  expect(app.overruns.size).toBe(0);
});
