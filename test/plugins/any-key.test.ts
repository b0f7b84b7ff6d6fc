/** Items by their real key, and versions by their declared name, on a schema unlike the marketplace's. */

import { lockStatement } from 'hotpath/compile/lock';
import { ifMatch, lockIfMatch, sendChanged } from 'hotpath/fastify';
import { etagOf } from 'hotpath/http/etag';
import { everything } from 'hotpath/resource/policy';
import { DeclarationError } from 'hotpath/resource/registry';
import { beforeEach, describe, expect, it } from 'vitest';
import { zooResource } from '../support/zoo.ts';
import { useZooApp, type ZooApp } from '../support/zoo-app.ts';

const policy = everything('public', 'user', 'admin');
const memberFields = ['kind', 'user_Id', 'nick', 'open', 'version'] as const;
const rest = { defaultFields: 'kind,version', sort: 'user_Id', policy };

const member = zooResource('Member', { name: 'member', version: 'Edition', fields: memberFields, ...rest });
const byMicros = zooResource('Member', { name: 'timed', version: 'touched', fields: memberFields, ...rest });
const byMillis = zooResource('Member', { name: 'dated', version: 'changed', fields: memberFields, ...rest });
const unversioned = zooResource('Member', { name: 'plain', fields: memberFields, ...rest });
const booth = zooResource('Booth', { name: 'booth', fields: ['note'], defaultFields: 'note', sort: 'big', policy });
const tag = zooResource('Tag', {
  name: 'tag',
  fields: ['slug', 'label'],
  defaultFields: 'label',
  sort: 'slug',
  policy,
});
const ticket = zooResource('Ticket', {
  name: 'ticket',
  fields: ['gate', 'seat', 'note'],
  defaultFields: 'note',
  sort: 'seat',
  policy,
});
const animal = zooResource('Animal', {
  name: 'animal',
  fields: ['id', 'name', 'code'],
  defaultFields: 'name',
  sort: 'id',
  policy,
});

const declared = [member, byMicros, byMillis, unversioned, booth, tag, ticket, animal];
const cache = { ttl: 60, scope: 'public' } as const;

const BOOTH = '/booths/:big/:on/:day/:from/:code/:amount/:small/:mood';

/** Errors of routes that did not start. */
const refused: unknown[] = [];

const zoo = useZooApp({
  resources: declared,
  routes({ app, client }) {
    app.item('/members/:kind/:user_Id', { resource: member, budget: 1, cache });
    app.item('/timed/:kind/:user_Id', { resource: byMicros, budget: 1 });
    app.item('/dated/:kind/:user_Id', { resource: byMillis, budget: 1 });
    app.item('/plain/:kind/:user_Id', { resource: unversioned, budget: 1 });
    app.list('/open/:open', { resource: member, budget: 1, where: { open: 'open' }, cache });
    app.item(BOOTH, { resource: booth, budget: 1, cache });
    app.item('/tags/:slug', { resource: tag, budget: 1, cache });
    app.list('/gates/:gate/tickets', { resource: ticket, budget: 1, where: { gate: 'gate' } });
    app.item('/gates/:gate-:seat', { resource: ticket, budget: 1 });
    app.item('/animals/:id', { resource: animal, budget: 1 });
    app.item('/animals/by-code/:code', { resource: animal, budget: 1 });
    changesOf({ app, client });
    try {
      app.list('/weighed/:weight', { resource: tag, budget: 1, where: { weight: 'weight' }, cache });
    } catch (error) {
      refused.push(error);
    }
  },
});

interface MemberParams {
  kind: 'meat';
  user_Id: string;
}

/** Changes of a member, checked against each kind of version. */
function changesOf({ app, client }: ZooApp): void {
  const config = { budget: 9 };
  for (const [path, resource] of [
    ['members', member],
    ['dated', byMillis],
    ['plain', unversioned],
  ] as const) {
    app.patch<{ Params: MemberParams }>(`/${path}/:kind/:user_Id`, { config }, async (request, reply) => {
      const where = { kind: request.params.kind, user_Id: request.params.user_Id };
      const { count } = await client.member.updateMany({
        where: { ...where, ...ifMatch(request, resource) },
        data: { nick: 'changed', Edition: { increment: 1 }, changed: new Date() },
      });
      return sendChanged(reply, { resource, where, changed: count > 0 });
    });
  }
  app.patch<{ Params: MemberParams }>('/timed/:kind/:user_Id', { config }, async (request, reply) => {
    const where = { kind: request.params.kind, user_Id: request.params.user_Id };
    const changed = await client.$transaction(async (tx) => {
      if (!(await lockIfMatch(request, { tx, resource: byMicros, where }))) return false;
      await tx.$executeRaw`UPDATE "Night House"."Member" SET nick = 'changed', touched = clock_timestamp()`;
      return true;
    });
    return sendChanged(reply, { resource: byMicros, where, changed });
  });
  app.patch('/wrongly-timed', { config }, async (request) => ifMatch(request, byMicros));
}

async function ask(url: string, headers: Record<string, string> = {}, method: 'GET' | 'PATCH' = 'GET') {
  const reply = await zoo().app.inject({ method, url, headers });
  return { status: reply.statusCode, headers: reply.headers, json: reply.json(), etag: String(reply.headers.etag) };
}

const sql = (text: string, values: unknown[] = []) => zoo().app.pool.query(text, values);
const versionIn = (etag: string): string => etag.slice(1).split(/-[0-9a-f]{32}/, 1)[0]!;

beforeEach(async () => {
  // Not TRUNCATE: it changes the catalog, so the follower would begin a new epoch at any time during the test.
  for (const table of [
    '"Night House"."Member"',
    '"Night House"."Booth"',
    '"Night House"."Ticket"',
    '"Tag"',
    '"ANIMAL"',
  ]) {
    await sql(`DELETE FROM ${table}`);
  }
  await sql(
    `INSERT INTO "Night House"."Member" (kind, "USER id", "times written", touched, changed, version)
     VALUES ('eats "meat"', 'a/b c', 9223372036854775800, '2026-01-01 00:00:00.123456+00', '2026-01-01 00:00:00.123',
       E'7"\\r\\nset-cookie: a=b')`,
  );
  await sql(`INSERT INTO "Tag" ("the slug", label) VALUES ('plain', 'Plain')`);
});

describe('an item', () => {
  it('is read by a key of several fields, by their own names, and has only the declared version', async () => {
    const { status, json, etag } = await ask('/members/meat/a%2Fb%20c');
    expect(status).toBe(200);
    expect(json.data).toEqual({ kind: 'meat', version: '7"\r\nset-cookie: a=b' });
    expect(etag).toMatch(/^"9223372036854775800-[0-9a-f]{32}"$/);
  });

  it.each(['/members/meat/a%2Fb', '/members/leaves/a%2Fb%20c', '/timed/meat/A%2FB%20C', '/animals/7'])(
    'is a 404 if it is missing: %s',
    async (url) => {
      const { status, headers } = await ask(url);
      expect([status, headers.etag]).toEqual([404, undefined]);
    },
  );

  it.each([
    ['/members/Eats%20leaves/x', 'kind', /must be one of leaves, meat/],
    ['/members/meat/%00', 'user_Id', /must be a text/],
    ['/animals/9223372036854775808', 'id', /must be an integer/],
    ['/animals/by-code/x', 'code', /must be a UUID/],
    ['/open/maybe', 'open', /must be true or false/],
  ])('is refused for a key that its field cannot have: %s', async (url, parameter, detail) => {
    const { status, json } = await ask(url);
    expect(status).toBe(400);
    expect(json.errors).toEqual([{ parameter, detail: expect.stringMatching(detail) }]);
  });

  it('is read by a key of every type that fits into a path, in every spelling of its value', async () => {
    await sql(`INSERT INTO "Night House"."Booth" VALUES (9007199254740993, true, '2026-02-28', '2026-01-31 12:00:00.123',
      '3173810c-3afa-4a31-8a8a-75a65c4c8c88', 10.50, -7, 'angry', 'found')`);
    const path = (code: string, amount: string) =>
      `/booths/9007199254740993/true/2026-02-28/2026-01-31T13:00:00.123%2B01:00/${code}/${amount}/-7/angry`;
    const code = '3173810c-3afa-4a31-8a8a-75a65c4c8c88';
    for (const url of [path(code, '10.50'), path(code.toUpperCase(), '10.5')]) {
      expect((await ask(url)).json).toEqual({ data: { note: 'found' } });
    }
    expect((await ask(path(code, '10.51'))).status).toBe(404);
    await sql(`UPDATE "Night House"."Booth" SET note = 'changed'`);
    await zoo().app.hotpath.follower.catchUp();
    expect((await ask(path(code, '10.50'))).json).toEqual({ data: { note: 'changed' } });
  });

  it('is read by a unique key, and by two parameters in one part of the path', async () => {
    await sql(`INSERT INTO "Night House"."Ticket" (gate, seat, note) VALUES ('north', 7, 'n7')`);
    await sql(`INSERT INTO "ANIMAL" (id, "Name", code) VALUES (9223372036854775807, 'Ida', '${UUID}')`);
    expect((await ask('/gates/north-7')).json.data).toEqual({ note: 'n7' });
    expect((await ask('/animals/9223372036854775807')).json.data).toEqual({ name: 'Ida' });
    expect((await ask(`/animals/by-code/${UUID}`)).json.data).toEqual({ name: 'Ida' });
  });

  it('is read by a long text', async () => {
    expect((await ask(`/tags/${'x'.repeat(1024)}`)).status).toBe(404);
    expect((await ask(`/tags/${'x'.repeat(1025)}`)).status).toBe(414);
  });
});

const UUID = 'ffffffff-ffff-4fff-bfff-ffffffffffff';

describe('headers', () => {
  it.each([`a"b\r\nc d`, 'ключ', 'a, b;c?d:e', '100%', '%0d%0a'])('contain the key %j', async (slug) => {
    await sql('INSERT INTO "Tag" ("the slug", label) VALUES ($1, $1)', [slug]);
    const { status, headers, json } = await ask(`/tags/${encodeURIComponent(slug)}`);
    expect([status, json.data.label]).toEqual([200, slug]);
    expect(headers['surrogate-key']).toMatch(/^[\x21-\x7e]+$/);
    expect(decodeURI(String(headers['surrogate-key']))).toBe(`tag:${slug}`);
  });

  it('link to the next page of a list by such a key', async () => {
    const gate = 'a"b>;rel="x"\r\n,/ü';
    await sql('INSERT INTO "Night House"."Ticket" (gate, seat, note) VALUES ($1, 1, 1), ($1, 2, 2)', [gate]);
    const { headers, json } = await ask(`/gates/${encodeURIComponent(gate)}/tickets?limit=1`);
    expect(json.data).toEqual([{ note: '1' }]);
    const [, next = ''] = /^<([!-~]+)>; rel="next"$/.exec(String(headers.link))!;
    expect((await ask(next)).json.data).toEqual([{ note: '2' }]);
  });
});

describe('a cached answer', () => {
  it('ends with a change of its row, by any key', async () => {
    expect((await ask('/members/meat/a%2Fb%20c?fields=nick')).json.data).toEqual({ nick: null });
    const held = await ask('/members/meat/a%2Fb%20c?fields=nick');
    expect(held.headers['cache-status']).toContain('hit');
    await sql(`UPDATE "Night House"."Member" SET nick = 'new'`);
    await zoo().app.hotpath.follower.catchUp();
    expect((await ask('/members/meat/a%2Fb%20c?fields=nick')).json.data).toEqual({ nick: 'new' });
  });

  it('ends with a change of the version only', async () => {
    const url = '/members/meat/a%2Fb%20c?fields=kind';
    const before = versionIn((await ask(url)).etag);
    await sql(`UPDATE "Night House"."Member" SET "times written" = "times written" + 1`);
    await zoo().app.hotpath.follower.catchUp();
    expect([before, versionIn((await ask(url)).etag)]).toEqual(['9223372036854775800', '9223372036854775801']);
  });

  it('ends with a change of a Boolean that the path fixes', async () => {
    expect((await ask('/open/true')).json.data).toEqual([]);
    await sql(`UPDATE "Night House"."Member" SET open = true`);
    await zoo().app.hotpath.follower.catchUp();
    expect((await ask('/open/true')).json.data).toHaveLength(1);
  });
});

it('is never kept for a field without logged changes: such a route does not start', () => {
  const complaint = 'uses "weight", which it does not declare, so no change is logged';
  expect(refused).toEqual([new DeclarationError('tag', complaint)]);
});

describe('If-Match', () => {
  const url = (path: string) => `/${path}/meat/a%2Fb%20c`;
  const change = (path: string, tag: string) => ask(url(path), { 'if-match': tag }, 'PATCH');

  it.each(['members', 'timed', 'dated'])('lets one of many changes to a version through: %s', async (path) => {
    const { etag } = await ask(url(path));
    const changes = await Promise.all(Array.from({ length: 5 }, () => change(path, etag)));
    expect(changes.map(({ status }) => status).sort()).toEqual([200, 412, 412, 412, 412]);
    const changed = changes.find(({ status }) => status === 200)!;
    expect(versionIn(changed.etag)).not.toBe(versionIn(etag));
    expect(versionIn((await ask(url(path))).etag)).toBe(versionIn(changed.etag));
    expect((await change(path, `"x", ${changed.etag}`)).status).toBe(200);
  });

  it('distinguishes two writes within one millisecond, by a time in microseconds', async () => {
    const { etag } = await ask(url('timed'));
    expect(versionIn(etag)).toBe('1767225600123456');
    await sql(`UPDATE "Night House"."Member" SET touched = touched + interval '1 microsecond'`);
    const reply = await change('timed', etag);
    expect([reply.status, reply.json.code]).toEqual([412, 'PRECONDITION_FAILED']);
    expect(reply.json.detail).toContain('1767225600123457');
    expect((await change('timed', etagOf('', '1767225600123457'))).status).toBe(200);
  });

  it.each(['members', 'timed', 'dated'])('fails for a version that %s cannot have', async (path) => {
    for (const version of [
      '1',
      '1767225600123',
      '-9223372036854775808',
      '9999999999999999999',
      '1767225600123000000',
    ]) {
      expect((await change(path, etagOf('', version))).status).toBe(412);
    }
    for (const tag of ['"x"', `W/${(await ask(url(path))).etag}`]) expect((await change(path, tag)).status).toBe(412);
    for (const tag of ['', 'x', '"7""', '*, "x"']) expect((await change(path, tag)).status).toBe(400);
    expect((await change(path, '*')).status).toBe(200);
  });

  it('is refused if there is no version, and nothing is written', async () => {
    const { etag } = await ask(url('plain'));
    expect(etag).toMatch(/^"[0-9a-f]{32}"$/);
    const reply = await change('plain', etag);
    expect([reply.status, reply.json.detail]).toEqual([
      412,
      'A plain has no version, so If-Match and If-None-Match with tags fail.',
    ]);
    expect((await ask(`${url('plain')}?fields=nick`)).json.data).toEqual({ nick: null });
    expect((await ask(url('plain'), {}, 'PATCH')).status).toBe(200);
  });

  it.each(['members', 'timed', 'dated'])(
    'with none of some versions, or of any, changes nothing of %s',
    async (path) => {
      const none = (tag: string) => ask(url(path), { 'if-none-match': tag }, 'PATCH');
      const { etag } = await ask(url(path));
      for (const tag of ['*', etag, `W/${etag}`, `"x", ${etag}`]) expect((await none(tag)).status).toBe(412);
      expect((await ask(url(path))).etag).toBe(etag);
      expect((await none('"1-x", "x"')).status).toBe(200);
      expect((await none(etag)).status).toBe(200);
      const both = { 'if-match': '*', 'if-none-match': (await ask(url(path))).etag };
      expect((await ask(url(path), both, 'PATCH')).status).toBe(412);
    },
  );

  it.each(['infinity', '-infinity', '294276-12-31 23:59:59.999999'])('fails for %s without a version', async (time) => {
    await sql(`UPDATE "Night House"."Member" SET touched = $1::timestamptz, changed = $1::timestamptz`, [time]);
    for (const path of ['timed', 'dated']) {
      const { status, etag } = await ask(`${url(path)}?fields=kind`);
      expect([status, etag]).toEqual([200, expect.stringMatching(/^"[0-9a-f]{32}"$/)]);
      expect((await change(path, etag)).status).toBe(412);
    }
  });

  it('has all digits of a time, from before our era to the last year that is exact', async () => {
    for (const [time, version] of [
      ['0044-03-15 00:00:00.000001+00 BC', '-63517823999999999'],
      ['1969-12-31 23:59:59.999999+00', '-1'],
      ['9999-12-31 23:59:59.999999+00', '253402300799999999'],
      ['294246-12-31 23:59:59.999999+00', '9223371244799999999'],
    ] as const) {
      await sql('UPDATE "Night House"."Member" SET touched = $1', [time]);
      const { etag } = await ask(url('timed'));
      expect(versionIn(etag)).toBe(version);
      expect((await change('timed', etag)).status).toBe(200);
    }
  });

  it('of a time in microseconds is never left to Prisma', async () => {
    expect((await ask('/wrongly-timed', {}, 'PATCH')).status).toBe(500);
  });

  it('locks a row by a key of every type, as a path contains it', async () => {
    await sql(`INSERT INTO "Night House"."Booth" VALUES (9007199254740993, true, '2026-02-28', '2026-01-31 12:00:00.123',
      '${UUID}', 10.50, -7, 'angry', 'found')`);
    const { app, client } = zoo();
    const where = {
      ...{ big: 9007199254740993n, on: true, day: new Date('2026-02-28'), from: new Date('2026-01-31T12:00:00.123Z') },
      ...{ code: UUID, amount: '10.5', small: -7, mood: 'angry' },
    };
    const lock = async (among: string[], more = {}) => {
      const fixed = { ...where, ...more };
      const { text, values } = lockStatement(app.hotpath.resources.dataModel, {
        model: 'Booth',
        where: fixed,
        version: 'big',
        among,
      });
      return (await client.$queryRawUnsafe<object[]>(text, ...values)).length;
    };
    expect(await lock(['1', '9007199254740993'])).toBe(1);
    expect(await lock(['9007199254740992'])).toBe(0);
    expect(await lock(['9007199254740993'], { on: false })).toBe(0);
    expect(await lock(['9007199254740993'], { mood: 'calm' })).toBe(0);
  });
});

it('a cursor of a column that has another type by now is a 400', async () => {
  await sql(`INSERT INTO "Night House"."Ticket" (gate, seat) VALUES ('north', 1), ('north', 2)`);
  const first = await ask('/gates/north/tickets?limit=1');
  const next = `/gates/north/tickets?limit=1&after=${first.json.meta.next}`;
  expect((await ask(next)).status).toBe(200);
  await sql(`ALTER TABLE "Night House"."Ticket" ALTER seat TYPE date USING '2026-01-01'::date + seat`);
  try {
    const { status, json } = await ask(next);
    expect(status).toBe(400);
    expect(json.errors).toEqual([{ parameter: 'after', detail: 'is not a cursor of this list in this order' }]);
  } finally {
    await sql(`ALTER TABLE "Night House"."Ticket" ALTER seat TYPE integer USING seat - '2026-01-01'::date`);
  }
});
