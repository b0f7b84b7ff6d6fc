/** A creating request with a key creates once, despite repetitions, concurrent requests and crashes. */

import { createOnce } from 'hotpath/fastify';
import { beforeEach, describe, expect, it } from 'vitest';
import { shop } from '../domain/orders/support.ts';
import { as, useApp } from '../support/app.ts';
import { waitingForLock, withClient } from '../support/requests.ts';

const app = useApp({
  seeded: true,
  environment: { DATABASE_CONNECTION_TIMEOUT_MS: '20000' },
  extend: (service) => {
    service.post('/v1/open', { config: { public: true, budget: 0 } }, (_, reply) =>
      createOnce(reply, async () => ({ status: 201, data: {} })),
    );
  },
});
const { post, get, sql, shelve, stockOf, order, written } = shop(app);

const body = { title: 'Night trains', body: 'They are slow.' };
const keyed = (key: string, viewer = as(5)) => ({ ...viewer, 'idempotency-key': key });
const posts = async () => (await sql('select from posts')).length;

let key: string;
beforeEach(() => {
  key = crypto.randomUUID();
});

describe('a key', () => {
  it('gives the first answer again, and creates nothing', async () => {
    const before = await posts();
    const first = await post('/posts', keyed(key), body);
    expect([first.status, first.statements, first.headers['idempotent-replayed']]).toEqual([201, 4, undefined]);
    const again = await post('/posts', keyed(key), body);
    expect([again.status, again.statements, again.headers['idempotent-replayed']]).toEqual([201, 2, 'true']);
    expect(first.headers['location']).toBe(`/v1/posts/${first.json.data.id}`);
    expect(first.headers['etag']).toMatch(/^"[^"]+"$/);
    for (const name of ['location', 'etag', 'content-type']) expect(again.headers[name]).toBe(first.headers[name]);
    expect([again.text, await posts()]).toEqual([first.text, before + 1]);
  });

  it('also gives it if the row has changed since', async () => {
    const first = await post('/posts', keyed(key), body);
    await sql('delete from posts where id = $1', [first.json.data.id]);
    expect((await post('/posts', keyed(key), body)).text).toBe(first.text);
  });

  it('keeps a status other than 201', async () => {
    const readings = [{ timestamp: '2026-01-01T00:00:00Z', temperature: 1, humidity: 1, battery: 1 }];
    const send = (headers: Record<string, string>) => post('/devices/1/readings', headers, { readings });
    const admin = as(2, 'admin');
    expect((await send(keyed(key, admin))).status).toBe(201);
    expect((await send(keyed(`${key}-2`, admin))).json).toEqual({ data: { received: 1, added: 0 } });
    expect((await send(keyed(key, admin))).json).toEqual({ data: { received: 1, added: 1 } });
    expect((await send(keyed(`${key}-2`, admin))).status).toBe(200);
  });

  it('is refused with another body or path, and creates nothing', async () => {
    await post('/posts', keyed(key), body);
    const before = await posts();
    for (const other of [
      { ...body, title: 'x' },
      { ...body, media: [] },
    ]) {
      const { status, json } = await post('/posts', keyed(key), other);
      const detail = 'This Idempotency-Key was sent before with another path or body.';
      expect([status, json.code, json.detail]).toEqual([422, 'IDEMPOTENCY_KEY_REUSED', detail]);
    }
    expect(await posts()).toBe(before);
    const [one, two] = (await sql<{ id: number }>(
      'select id from products p where not exists (select from reviews where product_id = p.id and user_id = 5) limit 2',
    )) as [{ id: number }, { id: number }];
    const review = { rating: 5, title: 'Good', body: 'Good.' };
    expect((await post(`/products/${one.id}/reviews`, keyed(key), review)).status).toBe(201);
    expect((await post(`/products/${two.id}/reviews`, keyed(key), review)).status).toBe(422);
  });

  it('belongs to its viewer and its route', async () => {
    const [mine, theirs] = [await post('/posts', keyed(key), body), await post('/posts', keyed(key, as(6)), body)];
    expect([mine.status, theirs.status]).toEqual([201, 201]);
    expect(mine.json.data.id).not.toBe(theirs.json.data.id);
    expect((await order(await shelve(1, { stock: 1 }), keyed(key))).status).toBe(201);
  });

  it('is free again after a day', async () => {
    const first = await post('/posts', keyed(key), body);
    const [row] = await sql<{ hours: number }>(
      'select extract(epoch from expires_at - created_at)::int / 3600 as hours from hotpath.idempotency_keys where key = $1',
      [key],
    );
    expect(row).toEqual({ hours: 24 });
    await sql(`update hotpath.idempotency_keys set expires_at = now() - interval '1 second' where key = $1`, [key]);
    const other = { ...body, title: 'Another' };
    const second = await post('/posts', keyed(key), other);
    expect([second.status, second.headers['idempotent-replayed']]).toEqual([201, undefined]);
    expect(second.json.data.id).not.toBe(first.json.data.id);
    expect((await post('/posts', keyed(key), other)).text).toBe(second.text);
    expect((await post('/posts', keyed(key), body)).status).toBe(422);
  });

  it('is deleted once it has expired, by the keys that come after it', async () => {
    const expired = async () =>
      (
        await sql<{ many: number }>(
          'select count(*)::int as many from hotpath.idempotency_keys where expires_at < now()',
        )
      )[0]!;
    await sql(`insert into hotpath.idempotency_keys (subject, route, key, fingerprint, expires_at)
      select 'gone', 'POST /posts', n::text, '', now() - interval '1 second' from generate_series(1, 3) as n`);
    await sql(`update hotpath.idempotency_keys set expires_at = now() - interval '1 second' where subject <> 'gone'`);
    const before = (await expired()).many;
    expect((await post('/posts', keyed(key), body)).status).toBe(201);
    expect((await expired()).many).toBe(before - 2);
    while ((await expired()).many > 0)
      expect((await post('/posts', keyed(crypto.randomUUID()), body)).status).toBe(201);
    expect((await post('/posts', keyed(key), body)).headers['idempotent-replayed']).toBe('true');
  });

  it('is not kept with a refusal: the state at the retry decides', async () => {
    const ids = await shelve(1, { stock: 0 });
    expect((await order(ids, keyed(key))).json.code).toBe('OUT_OF_STOCK');
    await sql('update inventories set quantity = 1 where product_id = $1', [ids[0]]);
    expect((await order(ids, keyed(key))).status).toBe(201);
    expect((await post('/posts', keyed(key), { ...body, title: '' })).status).toBe(400);
    expect((await post('/posts', keyed(key), body)).status).toBe(201);
  });

  it.each(['', ' ', 'a b', 'ü', 'x'.repeat(256)])('is refused as %j', async (bad) => {
    const { status, json } = await post('/posts', keyed(bad), body);
    const detail = 'must be 1 to 255 visible ASCII characters';
    expect([status, json.detail]).toEqual([400, `Idempotency-Key: ${detail}`]);
    expect(json.errors).toEqual([{ parameter: 'Idempotency-Key', detail }]);
  });

  it('may be as long as 255', async () => {
    expect((await post('/posts', keyed('x'.repeat(255)), body)).status).toBe(201);
  });

  it('is refused for the public', async () => {
    expect((await post('/posts', { 'idempotency-key': key }, body)).status).toBe(401);
    const open = await post('/open', { 'idempotency-key': key }, {});
    expect([open.status, open.json.detail]).toEqual([401, 'This needs a bearer token.']);
    expect((await post('/open', {}, {})).status).toBe(201);
  });
});

it('without a key, each request creates', async () => {
  const before = await posts();
  const replies = [await post('/posts', as(5), body), await post('/posts', as(5), body)];
  expect(replies.map(({ status, statements }) => [status, statements])).toEqual([
    [201, 2],
    [201, 2],
  ]);
  expect(await posts()).toBe(before + 2);
});

it('a precondition that fails is refused before the key is taken', async () => {
  const before = await posts();
  const refused = await post('/posts', { ...keyed(key), 'if-match': '"1-x"' }, body);
  expect([refused.status, refused.statements, await posts()]).toEqual([412, 0, before]);
});

describe('concurrent requests with one key', () => {
  it('create once, in any number, and all get the same reply', async () => {
    const ids = await shelve(1, { stock: 50 });
    const replies = await Promise.all(Array.from({ length: 30 }, () => order(ids, keyed(key))));
    expect(new Set(replies.map(({ status, text }) => `${status} ${text}`)).size).toBe(1);
    expect(replies.filter(({ headers }) => headers['idempotent-replayed'] === 'true')).toHaveLength(29);
    expect([replies[0]!.status, await stockOf(ids)]).toEqual([201, [49]]);
  });

  it('wait for the first', async () => {
    const ids = await shelve(1, { stock: 2 });
    await withClient(async (client) => {
      await client.query('begin');
      await client.query('select from inventories where product_id = $1 for update', [ids[0]]);
      const first = order(ids, keyed(key));
      await waitingForLock(client, 1);
      const twin = order(ids, keyed(key));
      await waitingForLock(client, 2);
      await client.query('rollback');
      const replies = await Promise.all([first, twin]);
      expect(replies.map(({ status, headers }) => [status, headers['idempotent-replayed']])).toEqual([
        [201, undefined],
        [201, 'true'],
      ]);
    });
    expect(await stockOf(ids)).toEqual([1]);
  });

  it('do the work themselves when the first fails', async () => {
    const ids = await shelve(1, { stock: 1 });
    await withClient(async (client) => {
      await client.query('begin');
      await client.query('update inventories set quantity = 0 where product_id = $1', [ids[0]]);
      const first = order(ids, keyed(key));
      await waitingForLock(client, 1);
      const twin = order(ids, keyed(key));
      await waitingForLock(client, 2);
      await client.query('commit');
      expect((await Promise.all([first, twin])).map(({ json }) => json.code)).toEqual(['OUT_OF_STOCK', 'OUT_OF_STOCK']);
    });
    expect(await sql('select from hotpath.idempotency_keys where key = $1', [key])).toEqual([]);
  });
});

describe('a crash', () => {
  it('before the commit leaves neither the order nor the key, and a retry places the order', async () => {
    const ids = await shelve(2, { stock: 5 });
    const before = await written();
    await withClient(async (client) => {
      await client.query('begin');
      await client.query('select from inventories where product_id = $1 for update', [ids[1]]);
      const first = order(ids, keyed(key));
      const [pid] = await waitingForLock(client, 1);
      await client.query('select pg_terminate_backend($1)', [pid]);
      const { status, json, headers } = await first;
      expect([status, json.code, headers['retry-after']]).toEqual([503, 'DATABASE_UNAVAILABLE', '1']);
      expect([await written(), await stockOf(ids)]).toEqual([before, [5, 5]]);
      await client.query('rollback');
    });
    const retried = await order(ids, keyed(key));
    expect([retried.status, retried.headers['idempotent-replayed']]).toEqual([201, undefined]);
    expect((await order(ids, keyed(key))).text).toBe(retried.text);
    expect(await stockOf(ids)).toEqual([4, 4]);
  });

  it('of the first lets a waiting one place the order', async () => {
    const ids = await shelve(1, { stock: 5 });
    const before = await written();
    await withClient(async (client) => {
      await client.query('begin');
      await client.query('select from inventories where product_id = $1 for update', [ids[0]]);
      const first = order(ids, keyed(key));
      const [pid] = await waitingForLock(client, 1);
      const twin = order(ids, keyed(key));
      await waitingForLock(client, 2);
      await client.query('select pg_terminate_backend($1)', [pid]);
      expect((await first).status).toBe(503);
      await client.query('rollback');
      expect([(await twin).status, (await twin).headers['idempotent-replayed']]).toEqual([201, undefined]);
    });
    expect((await written())['orders']).toBe(before['orders']! + 1);
    expect(await stockOf(ids)).toEqual([4]);
  });

  it('between the commit and the reply loses nothing: the retry gets the reply', async () => {
    const ids = await shelve(1, { stock: 5 });
    const lost = await order(ids, keyed(key));
    const again = await order(ids, keyed(key));
    expect([again.headers['idempotent-replayed'], again.headers['location']]).toEqual([
      'true',
      lost.headers['location'],
    ]);
    expect((await get(`/orders/${again.json.data.id}`, as(5))).json).toEqual(again.json);
  });
});
