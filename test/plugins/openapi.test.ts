import { Validator } from '@seriousme/openapi-schema-validator';
import type { RouteOptions } from 'fastify';
import type { ReadRoute } from 'hotpath/fastify';
import { writeOperation } from 'hotpath/resource/openapi/operations';
import type { Resource } from 'hotpath/resource/resource';
import { listParameters } from 'hotpath/resource/selection';
import { describe, expect, it } from 'vitest';
import type { App } from '../../src/app.ts';
import { as, useApp } from '../support/app.ts';
import { type DocumentedOperation, documentOf, faultsOf, matchesDocument, operationOf } from '../support/openapi.ts';
import { requestsTo } from '../support/requests.ts';

interface Registered {
  readonly method: string;
  readonly url: string;
  readonly hidden: boolean;
  readonly read: (ReadRoute & { readonly kind: 'item' | 'list' }) | undefined;
}

const routes: Registered[] = [];

function collect(service: App): void {
  service.addHook('onRoute', ({ method, url, config, schema }: RouteOptions) => {
    const methods = [method].flat().filter((each) => each !== 'HEAD');
    routes.push(...methods.map((each) => ({ method: each, url, read: config?.read, hidden: schema?.hide === true })));
  });
}

const app = useApp({ seeded: true, extend: collect });
const documented = () => routes.filter(({ hidden }) => !hidden);
const { sql } = requestsTo(app);
const readRoutes = () => documented().filter(({ read }) => read !== undefined);
const admin = as(1, 'admin');
const operation = ({ method, url }: Registered): DocumentedOperation => operationOf(app(), method, url)!;

function examplePath(route: Registered): string {
  const examples = new Map(operation(route).parameters?.map(({ name, example }) => [name, String(example)]));
  return route.url.replace(/:(\w+)/g, (_, name: string) => examples.get(name)!);
}

/** The request that an operation's own examples make. */
function exampleRequest(route: Registered): string {
  const { parameters = [] } = operation(route);
  const query = new URLSearchParams();
  const path = examplePath(route);
  for (const parameter of parameters) {
    const value = parameter.example ?? parameter.schema?.default;
    if (parameter.in === 'query' && value !== undefined) query.set(parameter.name, String(value));
  }
  return query.size > 0 ? `${path}?${query}` : path;
}

async function ask(url: string, headers: Record<string, string> = admin) {
  const reply = await app().inject({ url, headers });
  return { status: reply.statusCode, faults: matchesDocument(app(), { method: 'GET', url, reply }) };
}

/** All declarations of a resource, in as few selections as its bounds allow. */
function selectionsOf(resource: Resource): string[] {
  const own = (each: Resource) => [...each.fields, ...Object.keys(each.computed)].join(',');
  const embedded = Object.keys(resource.relations).map((name) => {
    return `${name}(${own(app().hotpath.resources.target(resource, name))})`;
  });
  return [own(resource), ...embedded];
}

function urlOf(route: Registered, fields: string | undefined): string {
  const path = examplePath(route);
  if (fields === undefined) return path;
  return `${path}?fields=${fields}${route.read?.kind === 'list' ? '&limit=5' : ''}`;
}

describe('the document', () => {
  it('is valid OpenAPI 3.1', async () => {
    const document = (await app().inject('/openapi.json')).json();
    const validator = new Validator();
    expect(await validator.validate(document)).toEqual({ valid: true });
    expect(validator.version).toBe('3.1');
  });

  it('has every route that is not hidden, and no other', () => {
    const operations = Object.entries(documentOf(app()).paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path.replace(/\{(\w+)\}/g, ':$1')}`),
    );
    expect(operations.sort()).toEqual(
      documented()
        .map(({ method, url }) => `${method} ${url}`)
        .sort(),
    );
    expect(operations.length).toBeGreaterThan(30);
  });

  it('names each operation once, and describes it', () => {
    const all = documented().map(operation);
    for (const { summary, tags, operationId } of all) {
      expect(summary).toMatch(/^[A-Z][\w ]+$/);
      expect(tags).toHaveLength(1);
      expect(operationId).toMatch(/^[a-z][a-zA-Z]+$/);
    }
    expect(new Set(all.map(({ operationId }) => operationId)).size).toBe(all.length);
  });

  it('has every query parameter of a list', () => {
    for (const route of readRoutes().filter(({ read }) => read?.kind === 'list')) {
      const { resource } = route.read!;
      const names = operation(route)
        .parameters!.filter((each) => each.in === 'query')
        .map(({ name }) => name);
      const taken = listParameters(resource).filter((name) => name !== 'sort' || resource.sorts.length > 0);
      expect({ route: route.url, names: names.sort() }).toEqual({ route: route.url, names: taken.sort() });
    }
  });

  it('requires a token if the public sees nothing', () => {
    const open = documented().filter((route) => operation(route).security === undefined);
    expect(open.filter(({ read }) => read && !('public' in read.resource.policy))).toEqual([]);
    expect(open.map(({ url }) => url)).toContain('/v1/products');
    expect(open.map(({ method }) => method)).not.toContain('POST');
  });
});

describe('examples', () => {
  it('are valid: every parameter at once, with the defaults of the others, as the API page fills them in', async () => {
    for (const route of readRoutes()) {
      const url = exampleRequest(route);
      const { status, faults } = await ask(url);
      expect({ url, status, faults }).toEqual({ url, status: 200, faults: [] });
    }
  });

  it('exist for every body and reply; those of replies match their schema', () => {
    for (const route of documented().filter(({ url }) => url.startsWith('/v1/'))) {
      const { requestBody, responses } = operation(route);
      const successes = Object.entries(responses).filter(([status]) => status < '300');
      for (const { content } of successes.map(([, reply]) => reply).filter((reply) => reply.content)) {
        const { schema, example } = content!['application/json']!;
        expect({ route, example }).toEqual({ route, example: expect.any(Object) });
        expect({ route, faults: faultsOf(app(), schema, example) }).toEqual({ route, faults: [] });
      }
      const sent = requestBody?.content['application/json'];
      expect({ route, isShown: sent?.example !== undefined }).toEqual({ route, isShown: sent !== undefined });
    }
  });

  it('of refusals have their own status', () => {
    for (const route of documented()) {
      for (const [status, { content }] of Object.entries(operation(route).responses)) {
        const problem = content?.['application/problem+json'];
        if (!problem) continue;
        const faults = faultsOf(app(), problem.schema, problem.example);
        const expected = status === 'default' ? 503 : Number(status);
        expect({ route, faults, example: problem.example }).toEqual({
          route,
          faults: [],
          example: expect.objectContaining({ status: expected, detail: expect.stringMatching(/\.$/) }),
        });
      }
    }
  });

  it('of writes are accepted', async () => {
    await sql(`update orders set status = 'pending' where id = 1; delete from reviews where product_id = 1;
               update inventories set quantity = 10 where product_id = 1;
               update notifications set user_id = 1 where id = 1`);
    for (const route of documented().filter(({ method }) => method !== 'GET')) {
      const payload = operation(route).requestBody?.content['application/json']?.example as object | undefined;
      const url = exampleRequest(route);
      const reply = await app().inject({
        method: route.method as 'POST',
        url,
        headers: admin,
        ...(payload && { payload }),
      });
      const { statusCode } = reply;
      const faults = matchesDocument(app(), { method: route.method, url, reply });
      expect({ route, statusCode, faults }).toEqual({ route, statusCode, faults: [] });
      expect([200, 201, 202, 204], `${route.method} ${url} ${reply.payload}`).toContain(statusCode);
    }
  });
});

describe('headers', () => {
  const headersOf = (method: string, url: string) => {
    const { parameters = [], responses } = operationOf(app(), method, url)!;
    const sent = parameters.filter((each) => each.in === 'header').map(({ name }) => name);
    return {
      sent,
      answered: Object.entries(responses).map(([status, { headers = {} }]) => [status, Object.keys(headers)]),
    };
  };

  it('of a cached read, and of a write, have the consistency token', () => {
    const read = headersOf('GET', '/v1/products');
    expect(read.sent).toEqual(['If-None-Match', 'If-Match', 'Consistency-Token']);
    expect(read.answered).toContainEqual(['200', ['ETag', 'Link', 'Server-Timing', 'Cache-Status']]);
    const write = headersOf('POST', '/v1/orders');
    expect(write.sent).toEqual(['Idempotency-Key']);
    expect(write.answered).toContainEqual([
      '201',
      ['ETag', 'Server-Timing', 'Consistency-Token', 'Idempotent-Replayed', 'Location'],
    ]);
    expect(headersOf('DELETE', '/v1/projects/:id/permissions/:userId').answered).toContainEqual([
      '204',
      ['Server-Timing', 'Consistency-Token'],
    ]);
  });
});

describe('a version', () => {
  const etagOf = (method: string, url: string) => {
    const headers = operationOf(app(), method, url)!.responses['200']!.headers as Record<
      string,
      { description: string }
    >;
    return headers['ETag']!.description;
  };
  const ifMatchIn = (method: string, url: string) => {
    const { parameters = [], responses } = operationOf(app(), method, url)!;
    return [parameters.some(({ name }) => name === 'If-Match'), '412' in responses];
  };

  it('is in the ETag of a row, and in If-Match of its change, if its resource declares one', () => {
    expect(etagOf('GET', '/v1/products/:id')).toContain('If-Match');
    for (const url of ['/v1/reviews/:id', '/v1/products']) expect(etagOf('GET', url)).not.toContain('If-Match');
    expect(ifMatchIn('PATCH', '/v1/products/:id')).toEqual([true, true]);
    expect(ifMatchIn('PUT', '/v1/projects/:id/permissions/:userId')).toEqual([true, true]);
    const review = app()
      .hotpath.resources.all()
      .find(({ name }) => name === 'review')!;
    const change = { url: '/v1/reviews/:id', method: 'PATCH', reply: { resource: review } } as const;
    const { headers, response } = writeOperation(app().hotpath.resources, change);
    expect([headers, '412' in response]).toEqual([{ type: 'object', properties: {} }, false]);
  });
});

describe('replies', () => {
  it('are as documented: the default fields, all fields, and each embedding with all of its own', async () => {
    const asked = readRoutes().flatMap((route) =>
      [undefined, ...selectionsOf(route.read!.resource)].map((fields) => urlOf(route, fields)),
    );
    for (const url of asked) {
      const { status, faults } = await ask(url);
      expect({ url, status, faults }).toEqual({ url, status: 200, faults: [] });
    }
    expect(asked.length).toBeGreaterThan(80);
  });

  it.each([
    ['/v1/products?limit=0', 400, admin],
    ['/v1/users/1', 401, {}],
    ['/v1/users/2', 403, as(1)],
    ['/v1/products/999999', 404, admin],
    ['/healthz', 200, {}],
  ])('are as documented: %s, %i', async (url, expected, headers: Record<string, string>) => {
    const { status, faults } = await ask(url, headers);
    expect({ status, faults }).toEqual({ status: expected, faults: [] });
  });

  it.each([
    ['POST', '/v1/posts', { title: 'New', body: 'Text' }, 201],
    ['PATCH', '/v1/products/1', { name: 'Renamed' }, 200],
    ['PATCH', '/v1/products/1', { price: 1 }, 400],
    ['PATCH', '/v1/products/999999', { name: 'Renamed' }, 404],
    ['PUT', '/v1/projects/1/permissions/2', { role: 'viewer' }, 201],
    ['DELETE', '/v1/projects/1/permissions/999999', undefined, 404],
  ] as const)('of writes are as documented: %s %s, %j, %i', async (method, url, payload, expected) => {
    const reply = await app().inject({ method, url, headers: admin, ...(payload ? { payload } : {}) });
    const faults = matchesDocument(app(), { method, url, reply });
    expect({ status: reply.statusCode, faults }).toEqual({ status: expected, faults: [] });
  });

  it('would be detected if they differed', () => {
    const headers = { 'content-type': 'application/json' };
    const reply = { statusCode: 200, headers, payload: '{"data":{"id":1,"price":10,"secret":true}}' };
    const faults = matchesDocument(app(), { method: 'GET', url: '/v1/products/1', reply });
    expect(faults).toEqual([
      expect.stringContaining('additionalProperty'),
      expect.stringContaining('/data/price must be string'),
    ]);
  });
});
