/**
 * A hostile client with a token of its own tries to read another user's data. User 1 is marked: everything personal of this
 * user, and of the user's project, contains a word that no reply to another viewer may contain.
 */
import { createSigner } from 'fast-jwt';
import { beforeAll, describe, expect, it } from 'vitest';
import { datamodel } from '#datamodel';
import { questionsOf } from '../contract/questions.ts';
import { collectRoutes, type FoundRoute, pathOfFirst } from '../contract/routes.ts';
import { as, TEST_SECRET, useApp } from '../support/app.ts';
import { requestsTo } from '../support/requests.ts';

const MARK = 'hers-alone';
const stranger = as(3);

let routes: FoundRoute[] = [];
const app = useApp({
  seeded: true,
  extend: (service) => {
    routes = collectRoutes(service);
  },
});
const { ask, get, post, patch, sql } = requestsTo(app);
const path = (url: string) => url.replace(/^\/v1/, '');

beforeAll(async () => {
  const marked = `'${MARK}'`;
  const object = `'{"is": "${MARK}"}'`;
  await sql(`
    update users set email = ${marked} || '@example.com', phone = ${marked}, address = ${object}, preferences = ${object},
      encrypted_ssn = ${marked} where id = 1;
    update transactions set description = ${marked}, reference = ${marked}, location = ${object}, metadata = ${object}
      where user_id = 1;
    update orders set shipping_address = ${object} where user_id = 1;
    update notifications set title = ${marked}, body = ${marked}, data = ${object} where user_id = 1;
    insert into projects (id, name, description, updated_at) values (1000, ${marked}, ${marked}, now());
    insert into permissions (project_id, user_id, role, updated_at) values (1000, 1, 'owner', now());
    insert into activities (project_id, user_id, kind, summary) values (1000, 1, 'created', ${marked})`);
});

/** All requests to a read route, for the marked user's rows and for the first. */
const questions = () =>
  routes
    .flatMap((route) => questionsOf(route, app().hotpath.resources))
    .flatMap((url) => [url, url.replace('projects/1', 'projects/1000')]);

describe("what is another's", () => {
  it.each([
    ['a stranger', stranger],
    ['the public', {}],
  ])('does not leak to %s by an id, embedding, filter or sort', async (_, headers: Record<string, string>) => {
    const told = [];
    for (const url of questions()) {
      const { text, status } = await get(path(url), headers);
      if (text.includes(MARK) || status >= 500) told.push([url, status]);
    }
    expect(told).toEqual([]);
    expect(questions().length).toBeGreaterThan(300);
  });

  it('is visible to its owner', async () => {
    const own = ['', '/transactions?fields=reference', '/orders?fields=shippingAddress', '/notifications', '/projects'];
    for (const rest of own) expect((await get(`/users/1${rest || '?fields=phone'}`, as(1))).text).toContain(MARK);
    expect((await get('/projects/1000', as(1))).text).toContain(MARK);
  });

  it('does not leak by a filter that finds a row or does not', async () => {
    const [found, none] = [`/users?email=${MARK}@example.com`, '/users?email=nobody@example.com'];
    for (const headers of [stranger, as(3, 'nobody' as 'user')]) {
      const [one, other] = [await get(found, headers), await get(none, headers)];
      expect([one.status, one.json.data]).toEqual([other.status, other.json.data]);
    }
    expect((await get(found, as(2, 'admin'))).json.data).toHaveLength(1);
    expect((await get('/users?id[in]=1,2,3&fields=id', stranger)).json.data).toEqual([{ id: 3 }]);
  });

  it('does not leak by a cursor: another viewer gets rows of their own, and a changed cursor is refused', async () => {
    const { next } = (await get('/users/1/transactions?limit=1', as(1))).json.meta;
    const own = (await get('/users/3/transactions?limit=100&fields=id', stranger)).json.data as { id: number }[];
    const behind = (await get(`/users/3/transactions?limit=100&fields=id&after=${next}`, stranger)).json.data;
    expect(own).toEqual(expect.arrayContaining(behind));
    expect((await get(`/users/1/transactions?after=${next}`, stranger)).status).toBe(403);
    for (const forged of [`${next}A`, next.slice(1), next.toLowerCase(), Buffer.from('[0,0]').toString('base64url')])
      expect((await get(`/users/3/transactions?after=${forged}`, stranger)).status).toBe(400);
    expect((await get(`/users/3/orders?after=${next}`, stranger)).status).toBe(400);
  });

  it('does not leak by an ETag: the tag of the owner gives another viewer no 304, from the cache neither', async () => {
    const held = { 'if-none-match': (await get('/users/1/dashboard', as(1))).etag };
    expect((await get('/users/1/dashboard', { ...as(1), ...held })).status).toBe(304);
    for (const etag of [held['if-none-match'], '*'])
      expect((await get('/users/1/dashboard', { ...stranger, 'if-none-match': etag })).status).toBe(403);
    expect((await get('/users/1/dashboard', held)).status).toBe(401);
  });

  it('does not leak by the Idempotency-Key of its owner', async () => {
    const key = { 'idempotency-key': 'hers' };
    await post('/posts', { ...as(1), ...key }, { title: MARK, body: MARK });
    const { status, text } = await post('/posts', { ...stranger, ...key }, { title: 'mine', body: 'mine' });
    expect([status, text.includes(MARK)]).toEqual([201, false]);
  });
});

describe('a column that is not declared', () => {
  it('can be neither selected, filtered by nor sorted by, on whatever route', async () => {
    let tried = 0;
    for (const route of routes.filter(({ read }) => read !== undefined)) {
      const { resource, kind } = route.read!;
      const url = path(pathOfFirst(route));
      const known = [...resource.fields, ...Object.keys(resource.relations), ...Object.keys(resource.computed)];
      const hidden = Object.keys(datamodel.models[resource.model]!.fields).filter((name) => !known.includes(name));
      const asked = hidden.map((name) => `${url}?fields=${name}`);
      if (kind === 'list') {
        const unfiltered = hidden.filter((name) => !Object.hasOwn(resource.filters, name));
        const unsorted = hidden.filter((name) => !resource.sorts.includes(name));
        asked.push(...unfiltered.flatMap((name) => [`${url}?${name}=1`, `${url}?${name}[gte]=1`]));
        asked.push(...unsorted.map((name) => `${url}?sort=${name}`));
      }
      for (const each of asked) expect([each, (await get(each, as(2, 'admin'))).status]).toEqual([each, 400]);
      tried += asked.length;
    }
    expect(tried).toBeGreaterThan(100);
  });
});

describe('a write', () => {
  it.each([
    ['PATCH', '/users/1', { name: 'x' }, 403],
    ['PATCH', '/notifications/:hers', { read: true }, 404],
    ['PATCH', '/orders/1', { status: 'cancelled' }, 403],
    ['PATCH', '/products/1', { price: '0.01' }, 403],
    ['PATCH', '/products/1/inventory', { quantity: 0 }, 403],
    [
      'POST',
      '/devices/1/readings',
      { readings: [{ timestamp: '2026-01-01T00:00:00Z', temperature: 1, humidity: 1, battery: 1 }] },
      403,
    ],
    ['PUT', '/projects/1000/permissions/3', { role: 'owner' }, 404],
    ['DELETE', '/projects/1000/permissions/1', undefined, 404],
    ['POST', '/projects/1000/activities', { kind: 'created', summary: 'x' }, 404],
  ] as const)("to another's is refused, to the public as well: %s %s", async (method, url, body, expected) => {
    const [hers] = await sql<{ id: number }>('select id from notifications where user_id = 1 limit 1');
    const place = url.replace(':hers', String(hers!.id));
    expect((await ask(method, place, stranger, body)).status).toBe(expected);
    expect((await ask(method, place, {}, body)).status).toBe(401);
  });

  it.each([
    ['PATCH', '/users/3', { role: 'admin' }, 403],
    ['PATCH', '/users/3', { status: 'active' }, 403],
    ['PATCH', '/users/3', { id: 1 }, 400],
    ['PATCH', '/users/3', { version: 0 }, 400],
    ['PATCH', '/users/3', { encryptedSsn: 'x' }, 400],
    ['PATCH', '/users/3', { orders: { connect: { id: 1 } } }, 400],
    ['POST', '/posts', { title: 'x', body: 'x', authorId: 1 }, 400],
    ['POST', '/products/1/reviews', { rating: 5, title: 'x', body: 'x', userId: 1 }, 400],
    ['POST', '/products/1/reviews', { rating: { increment: 5 }, title: 'x', body: 'x' }, 400],
  ] as const)('takes nothing that is not its own to say: %s %s %j', async (method, url, body, expected) => {
    expect((await ask(method, url, stranger, body)).status).toBe(expected);
  });

  it('takes an order without a price, for its viewer alone', async () => {
    const shippingAddress = { name: 'x', street: 'x', postalCode: 'x', city: 'x', country: 'x' };
    const order = { items: [{ productId: 1, quantity: 1 }], shippingAddress };
    for (const more of [
      { userId: 1 },
      { total: '0' },
      { items: [{ productId: 1, quantity: 1, unitPrice: '0' }] },
      { items: [{ productId: 1, quantity: -1 }] },
    ])
      expect((await post('/orders', stranger, { ...order, ...more })).status).toBe(400);
  });

  it("to the viewer's own profile changes no other profile", async () => {
    expect((await patch('/users/3', stranger, { name: 'Me' })).status).toBe(200);
    expect(await sql(`select id from users where name = 'Me'`)).toEqual([{ id: 3 }]);
  });
});

describe('a token that is signed, with claims that are strange,', () => {
  const sign = createSigner({
    key: TEST_SECRET,
    algorithm: 'HS256',
    iss: 'hotpath',
    aud: 'hotpath',
    expiresIn: 60_000,
  });
  const holder = (claims: object) => ({ authorization: `Bearer ${sign({ ...claims })}` });

  it.each(['__proto__', 'constructor', 'toString', 'public', 'ADMIN', 'admin ', ''])(
    'shows nothing by the role %j',
    async (role) => {
      for (const url of ['/users/1', '/users', '/users/1/transactions', '/devices', '/projects/1000'])
        expect([401, 403, 404]).toContain((await get(url, holder({ sub: '1', role }))).status);
      expect([401, 403]).toContain((await patch('/users/2', holder({ sub: '1', role }), { name: 'x' })).status);
    },
  );

  it.each(['1 or 1=1', '01', '1.0', '1e0', ' 1', '+1', '٣', '-1', '0', '4294967297', "1'--"])(
    'has no viewer by the subject %j',
    async (sub) => {
      const headers = holder({ sub, role: 'user' });
      expect((await get('/users/1', headers)).status).toBe(403);
      expect((await get('/users', headers)).json.data).toEqual([]);
      expect([401, 403, 404, 409]).toContain((await post('/posts', headers, { title: 'x', body: 'x' })).status);
    },
  );
});

describe('a refusal', () => {
  const injections = [
    "'",
    "1' or '1'='1",
    '1;select pg_sleep(9)',
    '1)--',
    '\\',
    '$1',
    '%',
    '{{7*7}}',
    '../1',
    '\u0000',
  ];

  it('says nothing of SQL, paths or lines of code, whatever was sent', async () => {
    for (const text of injections.map(encodeURIComponent)) {
      const urls = [
        `/users/${text}`,
        `/users?email=${text}`,
        `/products?name[contains]=${text}`,
        `/products?price[gte]=${text}`,
        `/products?sort=${text}`,
        `/products?after=${text}`,
        `/products?fields=${text}`,
        `/products?${text}=1`,
        `/readings?since=${text}`,
      ];
      for (const url of urls) {
        const { status, text: reply } = await get(url, as(2, 'admin'));
        expect([url, [200, 400, 404].includes(status)]).toEqual([url, true]);
        if (status !== 200)
          expect(reply).not.toMatch(/syntax|relation "|column|prisma|postgres|node_modules|\.ts\b|at \w+ \(/i);
      }
    }
  });

  it.each(['x', '1:2', '999999999999:999999999999:', '9'.repeat(400), '-1:-1:', '1:1:NaN'])(
    'does not follow from an invented Consistency-Token, nor does a wait: %.20j',
    async (token) => {
      expect((await get('/products?limit=1', { 'consistency-token': token })).status).toBe(200);
    },
  );
});
