/** The guides do what they say: their code is type checked in one run, and what can be run is run on a real database. */
import { execFile } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import Fastify, { type FastifyInstance } from 'fastify';
import { DEFAULT_BOUNDS, Registry, type Resource, watch } from 'hotpath';
import { install } from 'hotpath/database';
import { hotpath } from 'hotpath/fastify';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { datamodel } from '#datamodel';
import { PROJECT } from '../../src/dev/home.ts';
import { ownerUrl, scratchDatabase } from '../support/database.ts';
import { codeBlocks, compilerOutput, guideText, writeGuides } from './guide-code.ts';

const folder = writeGuides();
const cleanUp = new AsyncDisposableStack();
cleanUp.defer(() => rmSync(folder, { recursive: true }));

/** A file of the guides. */
const load = (file: string) => import(/* @vite-ignore */ pathToFileURL(join(folder, file)).href);

const SECRET = 'a secret of the guides';
let url: string;
let sql: pg.Client;
let app: FastifyInstance;

const seed = `
  INSERT INTO users (id, email, name) VALUES (1, 'ada@example.org', 'Ada'), (2, 'bo@example.org', 'Bo');
  INSERT INTO categories (id, name, slug, description, icon_url) VALUES (1, 'Garden', 'garden', '', ''), (2, 'Desk', 'desk', '', '');
  INSERT INTO merchants VALUES (1, 1, 'Oak', 'Oak', '', '', '', '', '', '{}', '');
  INSERT INTO products (id, merchant_id, category_id, name, slug, description, price, image_url, status) VALUES
    (1, 1, 1, 'Garden chair', 'a', '', 40, '', 'active'), (2, 1, 2, 'Desk chair', 'b', '', 90, '', 'active'),
    (3, 1, 2, 'Next desk', 'c', '', 200, '', 'draft');
  INSERT INTO inventories (product_id, quantity) VALUES (1, 3), (2, 0);
  INSERT INTO reviews (id, product_id, user_id, rating, title, body) VALUES (101, 1, 2, 5, 'Sturdy', '');
  INSERT INTO orders (id, user_id, total, shipping_address) VALUES (11, 1, 40, '{}'), (12, 2, 90, '{}')`;

beforeAll(async () => {
  url = await scratchDatabase();
  sql = cleanUp.adopt(new pg.Client({ connectionString: ownerUrl(url) }), (client) => client.end());
  await sql.connect();
  await sql.query(seed);
  const { resources } = await load('resources.ts');
  const registry = new Registry(datamodel);
  registry.add(...(resources as Resource[]));
  // As `npx hotpath install` does.
  await install(sql, watch(registry));
  const { build } = await load('server.ts');
  app = cleanUp.adopt(await build({ url, secret: SECRET }), (server) => server.close());
  const { prisma, pool } = app.hotpath;
  await (await load('queue.ts')).queue(app, { pool, url, dependencies: { prisma, pool } });
  await app.ready();
}, 120_000);

afterAll(() => cleanUp.disposeAsync());

const ada = { 'x-user': '1' };
const staff = { 'x-user': '9', 'x-staff': '1' };
type Headers = Readonly<Record<string, string>>;
const get = (path: string, headers: Headers = {}) => app.inject({ url: `/v1${path}`, headers });

/** An answer from memory. A process that was not on time reads past its cache, so it may take more than one request. */
async function hitOf(server: FastifyInstance, before = () => {}) {
  for (let tries = 0; tries < 50; tries += 1) {
    before();
    const reply = await server.inject('/v1/categories?limit=1');
    if (String(reply.headers['cache-status']).includes('detail=l1')) return reply;
    await pause(50);
  }
  throw new Error('No answer came from memory.');
}

it('compiles', async () => {
  expect(await compilerOutput(folder)).toBe('');
}, 120_000);

describe('a block', () => {
  it('begins with its hidden lines, and is a file by its name or its place', () => {
    const text =
      '# A\n\n<!-- ts\nhidden;\n-->\n```ts\nshown;\n```\n\n- a list\n  ```ts\n  // b.ts\n  ```\n\n<!-- ts\n// c.ts\n-->\n';
    expect(codeBlocks('a.md', text)).toEqual([
      { guide: 'a.md', file: 'a-3.ts', code: 'hidden;\nshown;\n' },
      { guide: 'a.md', file: 'b.ts', code: expect.any(String) },
      { guide: 'a.md', file: 'c.ts', code: '// c.ts\n' },
    ]);
  });
});

describe('resources.md', () => {
  const text = guideText('resources.md');

  it.each([...text.matchAll(/^\| `(\/[^`]+)` \|/gm)].map(([, path]) => path!))(
    '%s is answered by one statement',
    async (path) => {
      const asked = path.startsWith('/orders') ? path.replace('/orders', '/users/1/orders') : path;
      const { statusCode, headers, body } = await get(asked, { ...ada, 'consistency-token': 'none' });
      expect([statusCode, body]).toEqual([200, expect.stringContaining('"data":[')]);
      expect(headers['server-timing']).toContain('"1 statement"');
    },
  );

  it('answers as it says', async () => {
    expect((await get('/products?category.slug=garden')).json().data).toEqual([
      { id: 1, name: 'Garden chair', price: '40', rating: 5, category: { name: 'Garden' } },
    ]);
    expect((await get('/products?inStock=false&fields=name')).json().data).toEqual([{ name: 'Desk chair' }]);
    expect((await get('/products?page=1&per_page=1&count=exact')).json().meta).toMatchObject({ total: 2, page: 1 });
    const { next } = (await get('/products?limit=1')).json().meta;
    expect((await get(`/products?limit=1&after=${next}`)).json().data).toHaveLength(1);
  });

  it('names the mistakes with the messages of the start', async () => {
    const told = /^```text\n([\s\S]*?)\n```$/m.exec(text)![1]!.split('\n');
    const { mistakes } = (await load('mistakes.ts')) as { mistakes: Resource[] };
    const found = mistakes.map((each) => {
      try {
        const registry = new Registry(datamodel);
        registry.add(each);
        registry.check();
        return 'nothing';
      } catch (error) {
        return (error as Error).message;
      }
    });
    expect(found).toEqual(told);
  });

  it('has the bounds', () => {
    const listed = [...text.matchAll(/^\| `(\w+)` \| (\d+) \|/gm)].map(([, name, value]) => [name, Number(value)]);
    expect(Object.fromEntries(listed)).toEqual(DEFAULT_BOUNDS);
  });
});

describe('policies.md', () => {
  it('gives the answers of its table', async () => {
    const codes = async (path: string, headers?: Headers) => {
      const { statusCode, body } = await get(path, headers);
      return [statusCode, JSON.parse(body).failed];
    };
    expect(await codes('/products?fields=inventory')).toEqual([400, 'INVALID_REQUEST']);
    expect(await codes('/users/1/orders')).toEqual([401, 'UNAUTHENTICATED']);
    expect(await codes('/users/2/orders', ada)).toEqual([403, 'FORBIDDEN']);
    expect(await codes('/products/3', ada)).toEqual([404, 'NOT_FOUND']);
    expect(await codes('/products/3', staff)).toEqual([200, undefined]);
    expect(await codes('/products?fields=status')).toEqual([400, 'INVALID_REQUEST']);
    expect(await codes('/products?fields=status', ada)).toEqual([200, undefined]);
    expect((await get('/products?id[in]=3', ada)).json().data).toEqual([]);
    expect((await get('/users/1/orders', ada)).json().data).toEqual([{ id: 11, status: 'pending', total: '40' }]);
    expect((await get('/users/2/orders', staff)).json().data).toHaveLength(1);
  });
});

describe('caching.md', () => {
  it('is answered from memory, and shows a change by SQL within the bound', async () => {
    const hit = await hitOf(app);
    expect(hit.headers['cache-status']).toMatch(/^hotpath; hit; ttl=\d+; detail=l1$/);
    expect(hit.headers['server-timing']).toMatch(/^db;dur=0\.00;desc="0 statements", cache;desc="l1 hit"$/);
    await sql.query(
      `BEGIN; SET LOCAL session_replication_role = replica; UPDATE categories SET name = 'Bench' WHERE id = 2; COMMIT`,
    );
    await pause(250);
    expect((await get('/categories?limit=1')).json().data).toEqual([{ id: 2, name: 'Bench' }]);
  });

  it('says each time and each default', () => {
    const rows = [...guideText('caching.md').matchAll(/^\| `(\w+)` \| /gm)].map(([, name]) => name);
    expect(rows).toEqual([
      'ttl',
      'jitter',
      'staleWhileRevalidate',
      'negative',
      'staleIfError',
      'scope',
      'sharedMaxAge',
    ]);
  });
});

describe('prisma-alone.md', () => {
  it('prints JSON that Prisma would give', async () => {
    const run = promisify(execFile)(process.execPath, [join(folder, 'report.ts')], {
      env: { ...process.env, DATABASE_URL: url },
    });
    const [first] = JSON.parse((await run).stdout);
    expect(first).toEqual({
      name: 'Garden chair',
      category: { name: 'Garden' },
      reviews: [{ rating: 5 }],
      reviewCount: 1,
    });
  });
});

describe('writes.md', () => {
  const send = (
    method: 'POST' | 'PATCH' | 'DELETE',
    path: string,
    more: { headers?: Headers; payload?: object } = {},
  ) => app.inject({ method, url: `/v1${path}`, ...more });
  const failure = async (reply: ReturnType<typeof send>) => {
    const { statusCode, body } = await reply;
    return [statusCode, JSON.parse(body).failed];
  };

  it('creates once, with its job', async () => {
    const payload = { rating: 4, title: 'Good' };
    const create = (more = {}, who: Headers = ada) =>
      send('POST', '/products/1/reviews', {
        headers: { ...who, 'idempotency-key': 'k' },
        payload: { ...payload, ...more },
      });
    const [first, second] = [await create(), await create()];
    expect([first.statusCode, first.json().data.title]).toEqual([201, 'Good']);
    expect(first.headers['consistency-token']).toBeDefined();
    expect([second.body, second.headers['idempotent-replayed']]).toEqual([first.body, 'true']);
    expect(await failure(create({ rating: 1 }))).toEqual([422, 'IDEMPOTENCY_KEY_REUSED']);
    expect(await failure(create({}, {}))).toEqual([401, 'UNAUTHENTICATED']);
    const { id } = first.json().data;
    expect(first.headers.location).toBe(`/v1/reviews/${id}`);
    const effects = () => sql.query('SELECT FROM hotpath.job_effects WHERE key = $1', [`review:${id}:counted`]);
    await expect.poll(async () => (await effects()).rowCount, { timeout: 15_000 }).toBe(1);
  });

  it('changes what was seen', async () => {
    const { etag } = (await get('/products/2', staff)).headers;
    const change = (tag: string) =>
      send('PATCH', '/products/2', { headers: { ...staff, 'if-match': tag }, payload: { price: '91' } });
    const changed = await change(etag!);
    expect([changed.statusCode, changed.json().data.price]).toEqual([200, '91']);
    expect(await failure(change(etag!))).toEqual([412, 'PRECONDITION_FAILED']);
    expect(await failure(send('PATCH', '/products/99', { headers: staff, payload: { price: '1' } }))).toEqual([
      404,
      'NOT_FOUND',
    ]);
    const remove = (tag: string) => send('DELETE', '/products/2/reviews', { headers: { ...staff, 'if-match': tag } });
    expect(await failure(remove(etag!))).toEqual([412, 'PRECONDITION_FAILED']);
    expect((await remove(changed.headers.etag!)).statusCode).toBe(200);
  });

  it('shows a write at once where it was answered', async () => {
    await get('/products?id[in]=1', staff);
    await send('PATCH', '/products/1', { headers: staff, payload: { price: '41' } });
    expect((await get('/products?id[in]=1&fields=price', staff)).json().data).toEqual([{ price: '41' }]);
  });
});

describe('own-server.md', () => {
  const options = async () => {
    const { model, resources } = await load('resources.ts');
    const { viewer } = await load('viewer.ts');
    const { prisma, pool } = app.hotpath;
    return { prisma, pool, model, resources, secret: SECRET, viewer };
  };

  async function served(declare: (server: FastifyInstance) => Promise<void>): Promise<FastifyInstance> {
    const server = cleanUp.adopt(Fastify(), (each) => each.close());
    await declare(server);
    await server.ready();
    return server;
  }

  it('runs the hooks that its table names', async () => {
    const ran: string[] = [];
    const server = await served(async (own) => {
      for (const name of ['onRequest', 'preParsing', 'preValidation', 'preHandler', 'onSend', 'onResponse'] as const) {
        own.addHook(name as 'onRequest', async () => void ran.push(name));
      }
      await own.register((await load('api.ts')).api, await options());
    });
    const text = guideText('own-server.md');
    const [fromMemory, other] = [2, 3].map((column) =>
      [...text.matchAll(/^\| (`on.*|`pre.*) \| (yes|no) \| (yes|no) \|$/gm)].flatMap((row) =>
        row[column] === 'yes' ? [...row[1]!.matchAll(/`(\w+)`/g)].map(([, name]) => name!) : [],
      ),
    );
    await server.inject('/v1/categories?limit=1');
    // The last hook runs once the reply is out.
    await expect.poll(() => ran.toSorted()).toEqual(other!.toSorted());
    ran.length = 0;
    await hitOf(server, () => {
      ran.length = 0;
    });
    await expect.poll(() => ran.toSorted()).toEqual(fromMemory!.toSorted());
  });

  it('leaves the other routes of a server as they were', async () => {
    const server = await served(async (own) => {
      await own.register((await load('api.ts')).api, await options());
      own.get('/other', async (request) => ({ hasViewer: 'viewer' in request && request.viewer !== undefined }));
    });
    const other = await server.inject('/other');
    expect([other.json(), other.headers['server-timing']]).toEqual([{ hasViewer: false }, undefined]);
    expect((await server.inject('/v1/categories')).statusCode).toBe(200);
    expect([server.hasDecorator('list'), server.hasDecorator('hotpath')]).toEqual([false, false]);
  });

  it('has parts for operators', async () => {
    process.env['METRICS_TOKEN'] = 'of the metrics';
    const server = await served(async (own) => {
      await own.register(hotpath, await options());
      await (await load('operations.ts')).operations(own, { migrations: join(PROJECT, 'prisma/migrations') });
      await own.register((await load('routes.ts')).routes, { prefix: '/v1' });
    });
    expect((await server.inject('/healthz')).json()).toEqual({ status: 'ok' });
    await expect
      .poll(async () => (await server.inject('/readyz')).body, { timeout: 10_000 })
      .toContain('"status":"ready"');
    expect((await server.inject('/metrics')).json().code).toBe('UNAUTHENTICATED');
    const headers = { authorization: 'Bearer of the metrics' };
    const metrics = await server.inject({ url: '/metrics', headers });
    const named = [
      ...readFileSync(join(PROJECT, 'docs/operating/package.md'), 'utf8').matchAll(/^\| (`hotpath_.*?) \|/gm),
    ].flatMap(([row]) => row.match(/hotpath_\w+/g)!);
    expect(named.length).toBeGreaterThan(5);
    // There is no breaker without Redis.
    const absent = named.filter((name) => !metrics.body.includes(name));
    expect(absent).toEqual(['hotpath_breaker_state']);
    const { info, paths } = (await server.inject('/openapi.json')).json();
    expect([info.title, Object.keys(paths)]).toEqual(['Shop', expect.arrayContaining(['/v1/products'])]);
  });
});
