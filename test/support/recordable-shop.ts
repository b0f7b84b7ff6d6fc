/** A small service that can be recorded, on a real table; a second version of it may have faults. */
import { setTimeout as pause } from 'node:timers/promises';
import Fastify, { type FastifyInstance } from 'fastify';
import { bearerViewer, PUBLIC } from 'hotpath';
import { budgets } from 'hotpath/budget';
import { recordable } from 'hotpath/inspector';
import pg from 'pg';

export const SHOP_SECRET = 'a secret of the shop, as long as it must be';
export const SHOP_TOKEN = 'a token for recorders alone';

const TABLES = `
  CREATE TABLE items (id int PRIMARY KEY, name text NOT NULL, price int NOT NULL, sold bigint NOT NULL);
  INSERT INTO items SELECT n, 'Item ' || n, n * 10, 9007199254740993 + n FROM generate_series(1, 50) AS n`;

export interface ShopOptions {
  readonly url: string;
  /** Changes each item before it is sent: the fault of a version. */
  readonly fault?: (item: Item) => object;
  /** Changes the headers of each reply. */
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Item {
  readonly id: number;
  readonly name: string;
  readonly price: number;
}

/** @param url of an empty database. */
export async function fillShop(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(TABLES).finally(() => client.end());
}

/** Opens a version of the service, and lets it listen. */
export async function openShop({ url, fault = (item) => item, headers = {} }: ShopOptions): Promise<FastifyInstance> {
  const pool = new pg.Pool({ connectionString: url });
  pool.on('error', () => {});
  const app = Fastify();
  const viewerOf = bearerViewer(SHOP_SECRET);
  app.decorateRequest('viewer');
  app.addHook('onRequest', async (request) => {
    const { isInspector } = request.routeOptions.config;
    const { subject, role = 'user' } = (isInspector ? undefined : viewerOf(request)) ?? PUBLIC;
    request.viewer = { subject, role };
  });
  await app.register(budgets, { pool, mode: 'warn' });
  await app.register(recordable, { token: SHOP_TOKEN });
  app.addHook('onSend', async (_request, reply) => void reply.headers(headers));
  app.addHook('onClose', () => pool.end());

  app.get<{ Params: { id: number } }>('/items/:id', async ({ params }, reply) => {
    const { rows } = await pool.query<Item>('SELECT id, name, price FROM items WHERE id = $1', [params.id]);
    return rows[0] ? fault(rows[0]) : reply.code(404).send({ error: 'There is no such item.' });
  });
  app.get('/items', async () => {
    const { rows } = await pool.query<Item>('SELECT id, name, price FROM items ORDER BY id LIMIT 5');
    return { items: rows.map(fault) };
  });
  app.get('/sold', async (_request, reply) => {
    const { rows } = await pool.query<{ sold: string }>('SELECT sold FROM items WHERE id = 1');
    return reply.type('application/json').send(`{"sold":${rows[0]!.sold}}`);
  });
  app.get('/time', async () => ({ now: performance.now(), zone: 'UTC' }));
  app.get('/me', async ({ viewer }) => ({ role: viewer?.role, subject: viewer?.subject }));
  app.get('/invitations/:token', async () => 'welcome');
  app.get('/slow', async () => {
    await pause(50);
    return 'slow';
  });
  await app.listen({ port: 0, host: '127.0.0.1' });
  return app;
}
