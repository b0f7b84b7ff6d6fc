/** The home page, and the writes that it shows. */
import { beforeEach, describe, expect, it } from 'vitest';
import { as, useApp } from '../../support/app.ts';
import { requestsTo } from '../../support/requests.ts';

const app = useApp({ seeded: true });
const { get, post, patch, sql } = requestsTo(app);
let me: number;

const tell = async (user: number, title: string) => {
  const [row] = await sql<{ id: number }>(
    `insert into notifications (user_id, kind, title, body) values ($1, 'system', $2, '') returning id`,
    [user, title],
  );
  return row!.id;
};

beforeEach(async () => {
  const [row] = await sql<{ id: number }>(
    `insert into users (email, name) values (gen_random_uuid(), 'Mary') returning id`,
  );
  me = row!.id;
});

describe('GET /v1/users/:id/home', () => {
  it('has the user, the latest posts, and the unread notifications with their number, in one statement', async () => {
    await sql(`insert into posts (author_id, title, body, created_at)
      select ${me}, n::text, '', now() + n * interval '1 minute' from generate_series(1, 12) n`);
    await sql(`insert into notifications (user_id, kind, title, body, read_at, created_at)
      select ${me}, 'system', n::text, '', case when n % 2 = 0 then now() end, now() + n * interval '1 minute'
      from generate_series(1, 50) n`);
    const { status, json, statements } = await get(`/users/${me}/home`, as(me));
    expect([status, statements]).toEqual([200, 1]);
    const titles = (rows: { title: string }[]) => rows.map(({ title }) => Number(title));
    expect(titles(json.data.posts)).toEqual([12, 11, 10, 9, 8, 7, 6, 5, 4, 3]);
    expect(titles(json.data.notifications)).toEqual(Array.from({ length: 20 }, (_, n) => 49 - 2 * n));
    expect(json.data).toMatchObject({ name: expect.any(String), unread: 25 });
  });

  it('exists for a user without any content', async () => {
    const { json } = await get(`/users/${me}/home`, as(me));
    expect(json.data).toMatchObject({ posts: [], notifications: [], unread: 0 });
  });

  it.each([
    ['nobody', {}, 401],
    ['another', as(8), 403],
  ])('refuses %s', async (_who, headers, status) => {
    expect((await get(`/users/${me}/home`, headers)).status).toBe(status);
  });
});

describe('POST /v1/posts', () => {
  const body = { title: 'Night trains', body: 'They are slow.', media: ['https://cdn.example.com/a.webp'] };

  it('adds a post in two statements, and the home page shows it at once', async () => {
    const { status, json, headers, statements } = await post('/posts', as(me), body);
    expect([status, statements]).toEqual([201, 2]);
    expect(headers['location']).toBe(`/v1/posts/${json.data.id}`);
    const item = await get(`/posts/${json.data.id}?fields=title,body,media,author`, as(8));
    expect(item.json.data).toMatchObject({ ...body, author: { id: me } });
    expect((await get(`/users/${me}/home`, as(me))).json.data.posts).toEqual([json.data]);
  });

  it.each([
    ['the public', {}, 401],
    ['a user who is not there any more', as(2_000_000_000), 409],
  ])('refuses %s', async (_who, headers, status) => {
    expect((await post('/posts', headers, body)).status).toBe(status);
  });

  it.each([
    [{ ...body, title: 'x'.repeat(161) }, '/title'],
    [{ ...body, body: '' }, '/body'],
    [{ ...body, media: Array.from({ length: 11 }, () => body.media[0]) }, '/media'],
    [{ ...body, media: ['ftp://x.example'] }, '/media/0'],
    [{ ...body, authorId: 1 }, '/authorId'],
    [{ body: 'x' }, '/title'],
    [[], ''],
  ])('refuses an invalid body, and points at the fault: %#', async (given, pointer) => {
    const { status, json } = await post('/posts', as(me), given);
    expect([status, json.errors[0].pointer]).toEqual([400, pointer]);
  });
});

describe('PATCH /v1/notifications/:id', () => {
  it('marks it as read and unread again, in two statements, and the home page counts it at once', async () => {
    const id = await tell(me, 'Hello');
    const unread = async () => (await get(`/users/${me}/home`, as(me))).json.data.unread;
    expect(await unread()).toBe(1);
    const { status, json, statements } = await patch(`/notifications/${id}`, as(me), { read: true });
    expect([status, statements]).toEqual([200, 2]);
    expect(Date.now() - Date.parse(json.data.readAt)).toBeLessThan(10_000);
    expect(await unread()).toBe(0);
    expect((await patch(`/notifications/${id}`, as(me), { read: false })).json.data.readAt).toBeNull();
    expect(await unread()).toBe(1);
  });

  it('applies to the version that the client read', async () => {
    const id = await tell(me, 'Hello');
    const { etag } = await get(`/notifications/${id}`, as(me));
    expect((await patch(`/notifications/${id}`, { ...as(me), 'if-match': etag }, { read: true })).status).toBe(200);
    expect((await patch(`/notifications/${id}`, { ...as(me), 'if-match': etag }, { read: false })).status).toBe(412);
  });

  it("gives the same answer for another user's as for a missing one, even to an administrator", async () => {
    const id = await tell(me, 'Hello');
    for (const headers of [as(8), as(2, 'admin')])
      expect((await patch(`/notifications/${id}`, headers, { read: true })).json.code).toBe('NOT_FOUND');
    expect((await patch('/notifications/2000000000', as(8), { read: true })).status).toBe(404);
    expect((await patch(`/notifications/${id}`, {}, { read: true })).status).toBe(401);
  });

  it.each([
    [{}, '/read'],
    [{ read: null }, '/read'],
    [{ read: 'yes' }, '/read'],
    [{ read: true, title: 'x' }, '/title'],
  ])('refuses %j, and points at it', async (body, pointer) => {
    const { status, json } = await patch('/notifications/1', as(me), body);
    expect([status, json.errors[0].pointer]).toEqual([400, pointer]);
  });
});
