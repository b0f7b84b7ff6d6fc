/** Bodies are checked without conversion, and a refusal names every fault. */
import Type from 'typebox';
import { describe, expect, it } from 'vitest';
import type { App } from '../../src/app.ts';
import { useApp } from '../support/app.ts';

const body = Type.Object(
  {
    count: Type.Integer(),
    note: Type.Optional(Type.Union([Type.Null(), Type.String()])),
    list: Type.Optional(Type.Array(Type.Object({ a: Type.Boolean() }, { additionalProperties: false }))),
  },
  { additionalProperties: false },
);
const params = Type.Object({ id: Type.Integer({ minimum: 1 }), name: Type.String({ maxLength: 5 }) });

function echo(app: App): void {
  app.register(async (scope) => {
    scope.post('/echo', { schema: { body }, config: { budget: 0, public: true } }, async (request) => ({
      got: request.body,
    }));
    scope.get('/echo/:id/:name', { schema: { params }, config: { budget: 0 } }, async (request) => request.params);
    scope.post('/any', { config: { budget: 0, public: true } }, async (request) => ({ got: request.body }));
  });
}

const app = useApp({ extend: echo });

const post = async (url: string, payload: object) => {
  const reply = await app().inject({ method: 'POST', url, payload });
  return { status: reply.statusCode, json: reply.json() };
};

describe('a body', () => {
  it.each([{ count: 1 }, { count: 0, note: null, list: [] }, { count: -1, note: '', list: [{ a: false }] }])(
    'is accepted as it is: %j',
    async (given) => {
      expect(await post('/echo', given)).toEqual({ status: 200, json: { got: given } });
    },
  );

  it.each([
    [{ count: '1' }, ['/count']],
    [{ count: null }, ['/count']],
    [{ count: true }, ['/count']],
    [{ count: 1, note: 1 }, ['/note']],
    [{ count: 1, list: { a: true } }, ['/list']],
    [{ count: 1, list: [{ a: true }, { a: 1 }] }, ['/list/1/a']],
    [{}, ['/count']],
    [{ count: 1, 'a/b': 1, c: 2 }, ['/a~1b', '/c']],
    [{ note: 1, more: 1, list: [{}] }, ['/count', '/list/0/a', '/more', '/note']],
  ])('is refused with a pointer for each fault: %j', async (given, pointers) => {
    const { status, json } = await post('/echo', given);
    expect([status, json.errors.map((error: { pointer: string }) => error.pointer).sort()]).toEqual([400, pointers]);
    expect(json.detail).not.toMatch(/schema|anyOf/);
  });

  it.each([
    [{ a: { 'b/c': ['x', '\0'] } }, '/a/b~1c/1'],
    [{ a: '\udc00' }, '/a'],
    [{ a: { '\0': 1 } }, '/a'],
  ])('is refused if it cannot be stored, on any route: %j', async (given, pointer) => {
    const { status, json } = await post('/any', given);
    expect([status, json.errors[0].pointer]).toEqual([400, pointer]);
  });

  it('is refused if it nests too deeply for any code that walks it', async () => {
    const payload = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
    const headers = { 'content-type': 'application/json' };
    const reply = await app().inject({ method: 'POST', url: '/any', headers, payload });
    expect([reply.statusCode, reply.json().detail]).toEqual([400, expect.stringContaining('deeper than 32')]);
  });
});

describe('a path', () => {
  it('has its integers converted, and its texts unchanged', async () => {
    expect((await app().inject('/echo/7/007')).json()).toEqual({ id: 7, name: '007' });
  });

  it.each(['1.5', '01', '1e3', '0x1', '%201', '+1', 'abc', '0', '-1'])('is refused with the id %s', async (id) => {
    const reply = await app().inject(`/echo/${id}/x`);
    expect([reply.statusCode, reply.json().errors[0].parameter]).toEqual([400, 'id']);
  });
});
