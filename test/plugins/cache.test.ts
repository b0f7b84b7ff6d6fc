/**
 * The cache of one instance, on a real database: the entries that it serves from memory, to which viewers, and until when.
 */
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { as } from '../support/app.ts';
import { ask, holdNextAnswer, useInstances } from '../support/instances.ts';

const service = useInstances({ count: 1 });

const app = () => service().apps[0]!;
const get = (url: string, headers: Record<string, string> = {}) => ask(app(), url, headers);
const sql = async (text: string) => (await service().psql.query(text)).rows;

/** A write by another client, which the service then sees. */
async function change(text: string): Promise<void> {
  await sql(text);
  expect(await app().hotpath.follower.catchUp()).toBe(true);
}

const name = (body: string): string => JSON.parse(body).data.name;

/** Moves the clock forward by this time for the rest of a test. */
function setClockForward(ms: number): void {
  const { now } = Date;
  const clock = vi.spyOn(Date, 'now').mockImplementation(() => now() + ms);
  onTestFinished(() => clock.mockRestore());
}

describe('a cached read', () => {
  it('is read once, and then served from memory without a statement, byte for byte', async () => {
    const first = await get('/v1/products?limit=3');
    const second = await get('/v1/products?limit=3');
    expect([first.cache, first.statements]).toEqual(['database miss', 1]);
    expect([second.cache, second.statements]).toEqual(['l1 hit', 0]);
    expect(second.body).toBe(first.body);
    expect(second.headers.link).toBe(first.headers.link);
    expect(second.headers['cache-status']).toMatch(/^hotpath; hit; ttl=\d+; detail=l1$/);
    expect([first.headers.age, second.headers.age]).toEqual([undefined, '0']);
  });

  it('is the same for any order of its parameters', async () => {
    await get('/v1/products?limit=4&status=active');
    expect((await get('/v1/products?status=active&limit=4')).cache).toBe('l1 hit');
    expect((await get('/v1/products?status=active&limit=5')).cache).toBe('database miss');
  });

  it('is refused as before for a viewer without the permission', async () => {
    for (const _ of [1, 2]) expect((await get('/v1/products?limit=0')).status).toBe(400);
    await get('/v1/devices', as(1));
    expect((await get('/v1/devices')).status).toBe(401);
    expect((await get('/v1/devices', { authorization: 'Bearer a.b.c' })).status).toBe(401);
  });

  it('is read again after any change of its sources, and of nothing else', async () => {
    await get('/v1/products/1?fields=name');
    await get('/v1/products/2?fields=name');
    await change(`update products set name = 'changed by psql' where id = 1`);
    const first = await get('/v1/products/1?fields=name');
    expect([first.cache, name(first.body)]).toEqual(['database miss', 'changed by psql']);
    expect((await get('/v1/products/2?fields=name')).cache).toBe('l1 hit');
  });

  it('is read again after a 404 once the row exists', async () => {
    const url = '/v1/products/900001?fields=name';
    expect((await get(url)).status).toBe(404);
    const again = await get(url);
    expect([again.status, again.cache, again.statements]).toEqual([404, 'l1 hit', 0]);
    expect(JSON.parse(again.body)).toMatchObject({ code: 'NOT_FOUND', instance: '/v1/products/900001' });
    await change(`insert into products (id, merchant_id, category_id, name, slug, description, price, image_url)
      select 900001, merchant_id, category_id, 'new', 'new-900001', description, price, image_url from products limit 1`);
    expect((await get(url)).status).toBe(200);
  });
});

describe('the dashboards of two users', () => {
  const latest = 'select id from transactions where user_id = 7 order by created_at desc, id desc limit 1';

  it.each([
    ['changed', `update transactions set amount = amount + 1 where id = (${latest})`],
    ['deleted', `delete from transactions where id = (${latest})`],
  ])(
    "are separate: when a transaction of one is %s, that user's is read again, and not the other's",
    async (_how, write) => {
      const shown = (user: number) => get(`/v1/users/${user}/dashboard`, as(user));
      const before = { 7: await shown(7), 8: await shown(8) };
      for (const user of [7, 8]) expect((await shown(user)).cache).toBe('l1 hit');
      await change(write);
      const [his, other] = [await shown(7), await shown(8)];
      expect([his.cache, other.cache]).toEqual(['database miss', 'l1 hit']);
      expect(JSON.parse(his.body).data.transactions[0]).not.toEqual(JSON.parse(before[7].body).data.transactions[0]);
      expect(other.body).toBe(before[8].body);
    },
  );
});

describe('two viewers', () => {
  it('share an entry if only the role decides, and never if the subject does', async () => {
    await get('/v1/devices', as(1));
    expect((await get('/v1/devices', as(2))).cache).toBe('l1 hit');
    expect((await get('/v1/devices', as(2, 'admin'))).cache).toBe('database miss');
    const mine = await get('/v1/users/1', as(1));
    expect(mine.status).toBe(200);
    expect((await get('/v1/users/1', as(2))).status).toBe(403);
    expect((await get('/v1/users/1')).status).toBe(401);
    expect((await get('/v1/users/1', as(1))).cache).toBe('l1 hit');
    expect((await get('/v1/users/1', as(2, 'admin'))).cache).toBe('database miss');
  });

  it('share a public entry, which a shared cache may keep, validates each time, and may purge by tag', async () => {
    const asPublic = await get('/v1/categories');
    const asAdmin = await get('/v1/categories', as(1, 'admin'));
    expect(asAdmin.cache).toBe('l1 hit');
    expect(asAdmin.body).toBe(asPublic.body);
    expect(asAdmin.headers['cache-control']).toBe('public, no-cache');
    expect(asAdmin.headers['surrogate-key']).toBe('category');
    expect(asAdmin.headers.vary).toBe('accept-encoding');
    const past = await get('/v1/categories', { 'consistency-token': 'x' });
    expect([past.cache, past.headers['surrogate-key']]).toEqual(['database bypass', 'category']);
  });

  it('get a header that makes their own answers private', async () => {
    const { headers } = await get('/v1/users/1/dashboard', as(1));
    expect(headers['cache-control']).toBe('private, no-cache');
    expect(headers.vary).toBe('authorization, accept-encoding');
    expect(headers['surrogate-key']).toBeUndefined();
  });
});

describe('a guard', () => {
  it('runs on every request, also for entries in memory', async () => {
    const [{ id, user_id }] = await sql(
      `select p.project_id as id, p.user_id from permissions p join projects j on j.id = p.project_id
       where p.role = 'viewer' and j.parent_id is null limit 1`,
    );
    const url = `/v1/projects/${id}?fields=name`;
    expect((await get(url, as(user_id))).cache).toBe('database miss');
    const held = await get(url, as(user_id));
    expect([held.cache, held.statements]).toEqual(['l1 hit', 0]);
    await change(`delete from permissions where project_id = ${id} and user_id = ${user_id}`);
    expect((await get(url, as(user_id))).status).toBe(404);
  });
});

describe('a variant', () => {
  const url = '/v1/products?limit=50&fields=id,name,description';

  it.each([
    ['identity', undefined, (bytes: Buffer) => bytes],
    ['gzip', 'gzip', gunzipSync],
    ['br', 'gzip, deflate, br', brotliDecompressSync],
  ] as const)('in %s is served as it is stored, under its own ETag', async (encoding, accept, decompress) => {
    const plain = await get(url);
    const headers: Record<string, string> = accept ? { 'accept-encoding': accept } : {};
    const replies = [await get(url, headers), await get(url, headers)];
    for (const reply of replies) {
      expect(reply.headers['content-encoding'] ?? 'identity').toBe(encoding);
      expect(reply.headers.vary).toContain('accept-encoding');
      expect(decompress(reply.bytes).toString()).toBe(plain.body);
      const suffix = encoding === 'identity' ? '' : `-${encoding}`;
      expect(reply.headers.etag).toBe(`${plain.headers.etag!.slice(0, -1)}${suffix}"`);
      expect(Number(reply.headers['content-length'])).toBe(reply.bytes.length);
    }
    expect(replies[1]!.cache).toBe('l1 hit');
  });

  it('is compressed before its first reply, too', async () => {
    const reply = await get(`${url}&sort=price`, { 'accept-encoding': 'gzip' });
    expect([reply.cache, reply.headers['content-encoding']]).toEqual(['database miss', 'gzip']);
    expect(reply.headers.etag).toMatch(/-gzip"$/);
  });

  it('is plain for a client that requests no encoding, and for a small reply', async () => {
    const plain = await get(url, { 'accept-encoding': 'gzip', 'x-no-compression': '1' });
    expect([plain.headers['content-encoding'], plain.headers.etag?.includes('gzip')]).toEqual([undefined, false]);
    const small = await get('/v1/products/1?fields=name', { 'accept-encoding': 'gzip' });
    expect(small.headers['content-encoding']).toBeUndefined();
  });

  it("is not sent to a client that has a current copy in any encoding, and the reply names the client's ETag", async () => {
    const gzip = await get(url, { 'accept-encoding': 'gzip' });
    for (const held of [gzip.headers.etag!, `W/${gzip.headers.etag}`, `"x", ${gzip.headers.etag}`]) {
      const reply = await get(url, { 'accept-encoding': 'br', 'if-none-match': held });
      expect([reply.status, reply.bytes.length, reply.statements]).toEqual([304, 0, 0]);
      expect(reply.headers.etag).toBe(gzip.headers.etag);
      expect(reply.headers['cache-control']).toBe('private, no-cache');
    }
    expect((await get(url, { 'if-none-match': '"another"' })).status).toBe(200);
  });

  it('has the same headers for HEAD as for GET', async () => {
    for (const accept of ['identity', 'gzip']) {
      const headers = { 'accept-encoding': accept };
      const [sent, told] = [await get(url, headers), await app().inject({ method: 'HEAD', url, headers })];
      expect(told.rawPayload).toHaveLength(0);
      expect(told.headers['content-length']).toBe(sent.headers['content-length']);
      expect(told.headers.etag).toBe(sent.headers.etag);
      expect(told.headers['server-timing']).toContain('l1 hit');
    }
  });
});

describe('a read that began before a change', () => {
  const url = '/v1/products/3?fields=name';

  it('is never served after it, also if it is stored later', async () => {
    await change(`update products set name = 'before' where id = 3`);
    const held = holdNextAnswer(app());
    const early = get(url);
    await held.answered;
    await sql(`update products set name = 'after' where id = 3`);
    held.release();
    expect(name((await early).body)).toBe('before');
    await app().hotpath.cache.settled();
    expect(await app().hotpath.follower.catchUp()).toBe(true);
    const late = await get(url);
    expect([late.cache, name(late.body)]).toEqual(['database miss', 'after']);
    expect((await get(url)).cache).toBe('l1 hit');
  });

  it('is not joined by later requests', async () => {
    await change(`update products set name = 'before' where id = 3`);
    const held = holdNextAnswer(app());
    const early = get(url);
    await held.answered;
    await change(`update products set name = 'after' where id = 3`);
    // The earlier one is still running.
    expect(name((await get(url)).body)).toBe('after');
    held.release();
    expect(name((await early).body)).toBe('before');
    expect(name((await get(url)).body)).toBe('after');
  });

  it('is joined while its sources do not change', async () => {
    await change(`update products set name = 'joined' where id = 3`);
    const held = holdNextAnswer(app());
    const counted = app().hotpath.cacheStats.cohorts.on;
    const early = get(url);
    await held.answered;
    await change(`update devices set name = name || '!' where id = 1`);
    const joined = Array.from({ length: 20 }, () => get(url));
    await expect.poll(() => app().hotpath.cacheStats.cohorts.on).toBe(counted + 21);
    held.release();
    const replies = await Promise.all([early, ...joined]);
    expect(replies.map(({ statements }) => statements).reduce((sum, each) => sum + each)).toBe(1);
    expect(replies.map(({ body }) => name(body))).toEqual(replies.map(() => 'joined'));
  });

  it('does not prove that a row is missing', async () => {
    const missing = '/v1/products/900002?fields=name';
    const held = holdNextAnswer(app());
    const early = get(missing);
    await held.answered;
    await sql(`insert into products (id, merchant_id, category_id, name, slug, description, price, image_url)
      select 900002, merchant_id, category_id, 'new', 'new-900002', description, price, image_url from products limit 1`);
    held.release();
    expect((await early).status).toBe(404);
    await app().hotpath.cache.settled();
    expect(await app().hotpath.follower.catchUp()).toBe(true);
    expect((await get(missing)).status).toBe(200);
  });
});

describe('a background read that began before a change', () => {
  const url = '/v1/products/8?fields=name';
  /** By then products are past their time: the cache serves them, and reads them again. */
  const PAST_MS = 301_000;

  it.each([
    ['is known', () => app().hotpath.follower.catchUp()],
    ['is not known yet', async () => true],
  ])('is never served after it, stored when that %s', async (_when, learn) => {
    await change(`update products set name = 'before' where id = 8`);
    await get(url);
    setClockForward(PAST_MS);
    const held = holdNextAnswer(app());
    const stale = await get(url);
    expect([stale.cache, name(stale.body)]).toEqual(['l1 stale', 'before']);
    await held.answered;
    await sql(`update products set name = 'after' where id = 8`);
    expect(await learn()).toBe(true);
    held.release();
    await expect.poll(() => app().hotpath.cacheStats.fills.underway, { timeout: 10_000 }).toBe(0);
    await app().hotpath.cache.settled();
    expect(await app().hotpath.follower.catchUp()).toBe(true);
    const late = await get(url);
    expect([late.cache, name(late.body)]).toEqual(['database miss', 'after']);
    expect((await get(url)).cache).toBe('l1 hit');
  });
});

describe('a write', () => {
  it('is visible to the next read, and its reply has a token for other clients', async () => {
    await get('/v1/users/1', as(1));
    const written = await app().inject({
      method: 'PATCH',
      url: '/v1/users/1',
      headers: as(1),
      payload: { name: 'Renamed' },
    });
    expect(written.statusCode).toBe(200);
    expect(written.headers['consistency-token']).toMatch(/^\d+:\d+:[\d,]*@[\w-]+$/);
    const read = await get('/v1/users/1', as(1));
    expect([read.cache, name(read.body)]).toEqual(['database miss', 'Renamed']);
  });

  it('that is refused has no token', async () => {
    const refused = await app().inject({ method: 'PATCH', url: '/v1/users/1', headers: as(2), payload: { name: 'x' } });
    expect(refused.statusCode).toBe(403);
    expect(refused.headers['consistency-token']).toBeUndefined();
  });

  it('is visible to a read that carries its token; a token without a snapshot bypasses the cache', async () => {
    const url = '/v1/products/4?fields=name';
    await get(url);
    await sql(`update products set name = 'written elsewhere' where id = 4`);
    const [{ snapshot }] = await sql('select pg_current_snapshot()::text as snapshot');
    const token = `${snapshot}@${app().hotpath.follower.epoch}`;
    expect(name((await get(url, { 'consistency-token': token })).body)).toBe('written elsewhere');
    const reached = await get(url, { 'consistency-token': token });
    expect(reached.cache).toBe('l1 hit');
    const { epoch } = app().hotpath.follower;
    for (const wrong of ['x', '1:2:3,4', `900000000:900000000:@${epoch}`, snapshot, `${snapshot}@another`]) {
      const past = await get(url, { 'consistency-token': wrong });
      expect([past.status, past.cache]).toEqual([200, 'database bypass']);
    }
  });
});
