/** Users change themselves, and administrators change users, in the version that the client read. */
import { describe, expect, it } from 'vitest';
import { as, useApp } from '../../support/app.ts';
import { requestsTo } from '../../support/requests.ts';

const app = useApp({ seeded: true });
const { get, post, patch, sql } = requestsTo(app);
const admin = as(2, 'admin');

describe('PATCH /v1/users/:id', () => {
  it('changes the named fields only, in two statements, and the next read shows it', async () => {
    const [before] = await sql<{ email: string }>('select email, phone from users where id = 3');
    const change = {
      name: 'Mary Somerville',
      avatarUrl: null,
      preferences: { theme: 'dark', nested: { a: [1, null] } },
    };
    const { status, json, etag, statements } = await patch('/users/3', as(3), change);
    expect([status, statements]).toEqual([200, 2]);
    expect(json.data).toEqual({ id: 3, name: 'Mary Somerville', email: before!.email, avatarUrl: null });
    const read = await get('/users/3?fields=name,avatarUrl,preferences,phone', as(3));
    expect(read.json.data).toEqual({ ...change, phone: (before as { phone?: string }).phone });
    expect((await get('/users/3', as(3))).etag).toBe(etag);
  });

  it('raises the version and the time of the change', async () => {
    const select = 'select version, updated_at from users where id = 4';
    const [before] = await sql<{ version: number; updated_at: Date }>(select);
    await patch('/users/4', as(4), { name: 'Sophie' });
    const [after] = await sql<{ version: number; updated_at: Date }>(select);
    expect(after!.version).toBe(before!.version + 1);
    expect(after!.updated_at.getTime()).toBeGreaterThan(before!.updated_at.getTime());
  });

  it('lets only an administrator change role and status', async () => {
    for (const change of [{ role: 'admin' }, { status: 'closed' }, { name: 'x', role: 'user' }])
      expect((await patch('/users/5', as(5), change)).json).toMatchObject({ status: 403, code: 'FORBIDDEN' });
    expect((await patch('/users/5', admin, { status: 'suspended' })).status).toBe(200);
    expect(await sql('select role, status from users where id = 5')).toEqual([{ role: 'user', status: 'suspended' }]);
  });

  it.each([
    ['nobody', 6, {}, 401],
    ['another user', 6, as(7), 403],
    ['a subject that is no user', 6, as('root'), 403],
    ['an administrator, where there is no user', 2_000_000_000, admin, 404],
  ])('refuses %s', async (_who, id, headers, status) => {
    expect((await patch(`/users/${id}`, headers, { name: 'x' })).status).toBe(status);
  });

  it.each([
    ['nothing', {}, ''],
    ['a field that may not be changed', { email: 'a@b.c' }, '/email'],
    ['a field that never leaves the database', { encryptedSsn: 'x' }, '/encryptedSsn'],
    ['an empty name', { name: '' }, '/name'],
    ['a name that is too long', { name: 'x'.repeat(121) }, '/name'],
    ['a name that is a number', { name: 7 }, '/name'],
    ['a name that is null', { name: null }, '/name'],
    ['a script for an avatar', { avatarUrl: 'javascript:alert(1)' }, '/avatarUrl'],
    ['letters for a phone', { phone: 'call me' }, '/phone'],
    ['a text for preferences', { preferences: 'dark' }, '/preferences'],
    ['what cannot be stored', { preferences: { a: { b: ['\0'] } } }, '/preferences/a/b/0'],
    ['half a character', { name: 'a\ud800' }, '/name'],
    ['an empty $type', { preferences: { a: [{ $type: '' }] } }, '/preferences/a/0/$type'],
    [
      'what Prisma would drop',
      { preferences: { a: { __prismaRawParameters__: true, values: '1' } } },
      '/preferences/a/__prismaRawParameters__',
    ],
    ['a role that is none', { role: 'root' }, '/role'],
  ])('refuses %s, and points at it', async (_what, change, pointer) => {
    const [before] = await sql('select * from users where id = 6');
    const { status, json } = await patch('/users/6', admin, change);
    expect([status, json.errors[0].pointer]).toEqual([400, pointer]);
    expect(await sql('select * from users where id = 6')).toEqual([before]);
  });

  it('stores preferences as they came, whatever their names', async () => {
    const names = [
      '$type',
      '$fieldName',
      'toJSON',
      'set',
      'equals',
      '_ref',
      'prisma__type',
      'constructor',
      'selection',
    ];
    const values = ['DateTime', 'Raw', null, 0, 1, true, [], {}, { $type: 'FieldRef', value: { _ref: 'name' } }];
    for (const value of values) {
      const preferences = { ...Object.fromEntries(names.map((name) => [name, value])), nested: [{ $type: value }] };
      expect((await patch('/users/6', admin, { preferences })).status).toBe(200);
      expect(await sql('select preferences from users where id = 6')).toEqual([{ preferences }]);
    }
  });

  it.each(['1.5', '01', '1e0', ' 1', '0', '-1', '2147483648', 'abc'])('refuses the id %j', async (id) => {
    const { status, json } = await patch(`/users/${encodeURIComponent(id)}`, admin, { name: 'x' });
    expect([status, json.errors[0].parameter]).toEqual([400, 'id']);
  });

  it('refuses a body that is too large', async () => {
    const preferences = Object.fromEntries(Array.from({ length: 400 }, (_, n) => [n, 'x'.repeat(2000)]));
    expect((await patch('/users/6', as(6), { preferences })).json.code).toBe('BODY_TOO_LARGE');
  });
});

describe('If-Match', () => {
  it('accepts the ETag of any representation of the current row, and *, and a request without the header', async () => {
    for (const fields of ['id', 'name,preferences', 'id,orders(id)']) {
      const { etag } = await get(`/users/8?fields=${fields}`, as(8));
      expect((await patch('/users/8', { ...as(8), 'if-match': etag }, { name: fields })).status).toBe(200);
    }
    const { etag } = await get('/users/8/home', as(8));
    expect((await patch('/users/8', { ...as(8), 'if-match': `"x", ${etag}` }, { name: 'a' })).status).toBe(200);
    expect((await patch('/users/8', { ...as(8), 'if-match': '*' }, { name: 'b' })).status).toBe(200);
    expect((await patch('/users/8', as(8), { name: 'c' })).status).toBe(200);
  });

  it('refuses a version that is outdated, weak or invalid, and changes nothing', async () => {
    const { etag } = await get('/users/9', as(9));
    const { etag: current } = await patch('/users/9', as(9), { name: 'current' });
    for (const tag of [etag, `W/${current}`, '"x"']) {
      const { status, json, statements } = await patch('/users/9', { ...as(9), 'if-match': tag }, { name: 'lost' });
      expect([tag, status, json.code, statements]).toEqual([tag, 412, 'PRECONDITION_FAILED', 2]);
    }
    for (const malformed of [current.slice(1, -1), '']) {
      const { status, json, statements } = await patch(
        '/users/9',
        { ...as(9), 'if-match': malformed },
        { name: 'lost' },
      );
      expect([malformed, status, json.code, statements]).toEqual([malformed, 400, 'INVALID_REQUEST', 0]);
    }
    expect((await get('/users/9', as(9))).json.data.name).toBe('current');
  });

  it('is a 404 for a missing user', async () => {
    expect((await patch('/users/2000000000', { ...admin, 'if-match': '"1-x"' }, { name: 'x' })).status).toBe(404);
  });

  it('lets one of many concurrent changes to a version through', async () => {
    const { etag } = await get('/users/10', as(10));
    const names = Array.from({ length: 20 }, (_, n) => `writer ${n}`);
    const replies = await Promise.all(
      names.map((name) => patch('/users/10', { ...as(10), 'if-match': etag }, { name })),
    );
    const winners = replies.filter(({ status }) => status === 200);
    expect(winners).toHaveLength(1);
    expect(replies.filter(({ status }) => status === 412)).toHaveLength(19);
    expect((await get('/users/10', as(10))).json.data.name).toBe(winners[0]!.json.data.name);
  });
});

describe('If-None-Match', () => {
  it('gets a 304 without a body for a current copy, of an item and of a list', async () => {
    for (const url of ['/users/1', '/users/1/dashboard', '/products?limit=3', '/categories']) {
      const first = await get(url, as(1));
      expect([url, first.status, first.etag]).toEqual([url, 200, expect.stringMatching(/^"(\d+-)?[0-9a-f]{32}"$/)]);
      const { status, text, etag } = await get(url, { ...as(1), 'if-none-match': `W/${first.etag}` });
      expect([status, text, etag]).toEqual([304, '', first.etag]);
    }
  });

  it('gets the whole reply if the row, the embedded rows or the fields differ', async () => {
    const held = await get('/users/1/home', as(1));
    const again = () => get('/users/1/home', { ...as(1), 'if-none-match': held.etag });
    expect((await again()).status).toBe(304);
    await post('/posts', as(1), { title: 'Notes', body: 'On the engine.' });
    const { status, etag } = await again();
    expect([status, etag.split('-')[0]]).toEqual([200, held.etag.split('-')[0]]);
    expect((await patch('/users/1', { ...as(1), 'if-match': held.etag }, { name: 'Ada' })).status).toBe(200);
    expect((await get('/users/1/home', { ...as(1), 'if-none-match': etag })).status).toBe(200);
    const item = await get('/users/1', as(1));
    expect((await get('/users/1?fields=id', { ...as(1), 'if-none-match': item.etag })).status).toBe(200);
  });
});
