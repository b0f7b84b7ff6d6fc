/**
 * Every limit that the API document declares, of every parameter and body: the service accepts the last value, and refuses
 * the next one.
 */
import { describe, expect, it } from 'vitest';
import { as, useApp } from '../support/app.ts';
import {
  type DocumentedOperation,
  type DocumentedParameter,
  type DocumentedSchema,
  documentOf,
} from '../support/openapi.ts';

const app = useApp({ seeded: true });
const admin = as(1, 'admin');

interface Operation {
  readonly method: string;
  readonly path: string;
  readonly operation: DocumentedOperation;
}

const operations = (): Operation[] =>
  Object.entries(documentOf(app()).paths)
    .filter(([path]) => path.startsWith('/v1/'))
    .flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
    );

/** Values at a limit and beyond it. */
interface Probe {
  readonly limit: string;
  readonly taken?: unknown;
  readonly refused?: unknown;
}

const FORMATS: Readonly<Record<string, unknown>> = {
  uri: 'garden',
  'date-time': '2026-02-30T12:00:00Z',
  uuid: 'garden',
};
/** Four bytes in UTF-8, two units in UTF-16. */
const WIDE = '\u{1f600}';

function probesOf(schema: DocumentedSchema): Probe[] {
  const { minimum, maximum, minLength, maxLength, pattern, format, enum: values } = schema;
  const isFree = pattern === undefined && format === undefined;
  const probes: (Probe | undefined | false)[] = [
    minimum !== undefined && { limit: 'minimum', taken: minimum, refused: minimum - 1 },
    maximum !== undefined && { limit: 'maximum', taken: maximum, refused: maximum + 1 },
    maxLength !== undefined &&
      isFree && { limit: 'maxLength', taken: WIDE.repeat(maxLength), refused: WIDE.repeat(maxLength + 1) },
    maxLength !== undefined && !isFree && { limit: 'maxLength', refused: `https://a/${'a'.repeat(maxLength - 9)}` },
    minLength === 1 && { limit: 'minLength', taken: 'a', refused: '' },
    pattern !== undefined && {
      limit: 'pattern',
      refused: ['!', 'a b'].find((text) => !new RegExp(pattern).test(text)),
    },
    format !== undefined && { limit: 'format', refused: FORMATS[format] },
    ...(values ?? []).map((value) => ({ limit: `enum ${value}`, taken: value })),
    values !== undefined && { limit: 'enum', refused: 'garden' },
  ];
  return probes.filter((probe) => probe !== undefined && probe !== false);
}

interface Refusal {
  readonly detail?: string;
  readonly errors?: readonly { readonly parameter?: string; readonly pointer?: string }[];
}

const pathWith = ({ path, operation }: Operation, values: Readonly<Record<string, unknown>> = {}): string =>
  path.replace(/\{(\w+)\}/g, (_, name: string) => {
    const example = operation.parameters!.find((parameter) => parameter.name === name)!.example;
    return encodeURIComponent(String(values[name] ?? example));
  });

const bodyOf = ({ operation }: Operation) => operation.requestBody?.content['application/json'];

async function send(operation: Operation, asked: { url: string; headers?: Record<string, string>; body?: unknown }) {
  const body = asked.body ?? bodyOf(operation)?.example;
  const reply = await app().inject({
    method: operation.method as 'GET',
    url: asked.url,
    headers: { ...admin, ...asked.headers },
    ...(body === undefined ? {} : { payload: body as object }),
  });
  const { errors = [], detail = '' } = reply.statusCode === 400 ? reply.json<Refusal>() : {};
  return { status: reply.statusCode, errors, detail };
}

function sendParameter(operation: Operation, { name, in: place }: DocumentedParameter, value: unknown) {
  if (place === 'path') return send(operation, { url: pathWith(operation, { [name]: value }) });
  const url = pathWith(operation);
  if (place === 'header') return send(operation, { url, headers: { [name]: String(value) } });
  // A page of the maximum number of rows fits into an answer without embeddings.
  const fields = String(operation.operation.parameters!.find((each) => each.name === 'fields')?.schema?.default);
  const more = {
    ...(name === 'fields' ? {} : { fields: fields.split(',')[0]! }),
    ...(name === 'page' && { per_page: '1' }),
  };
  return send(operation, { url: `${url}?${new URLSearchParams({ [name]: String(value), ...more })}` });
}

describe('a parameter', () => {
  it('has the declared limit', { timeout: 120_000 }, async () => {
    let probed = 0;
    for (const operation of operations()) {
      for (const parameter of operation.operation.parameters ?? []) {
        for (const { limit, taken, refused } of probesOf(parameter.schema!)) {
          const what = `${operation.method} ${operation.path} ${parameter.name} ${limit}`;
          probed += 1;
          if (taken !== undefined) {
            const { status } = await sendParameter(operation, parameter, taken);
            expect([200, 201, 202, 204, 304, 403, 404, 409], `${what}: ${taken} gives ${status}`).toContain(status);
          }
          if (refused === undefined) continue;
          const { status, errors } = await sendParameter(operation, parameter, refused);
          expect([what, status, errors[0]?.parameter]).toEqual([what, 400, parameter.name]);
        }
      }
    }
    expect(probed).toBeGreaterThan(200);
  });
});

interface Place {
  readonly pointer: string;
  readonly schema: DocumentedSchema;
}

/** Every place in a body, down to the first item of each array. */
function placesIn(schema: DocumentedSchema, pointer = ''): Place[] {
  const own = schema.anyOf?.find(({ type }) => type !== 'null') ?? schema;
  const inner = Object.entries(own.properties ?? {}).map(([name, each]) => placesIn(each, `${pointer}/${name}`));
  const items = own.items ? placesIn(own.items, `${pointer}/0`) : [];
  return [{ pointer, schema: own }, ...inner.flat(), ...items];
}

/** A copy of a body with another value at one place. */
function bodyWith(body: unknown, pointer: string, value: unknown): unknown {
  const [, name, ...rest] = pointer.split('/');
  if (name === undefined) return value;
  const inside = rest.length > 0 ? `/${rest.join('/')}` : '';
  if (Array.isArray(body))
    return body.map((each, index) => (index === Number(name) ? bodyWith(each, inside, value) : each));
  const object = (body ?? {}) as Record<string, unknown>;
  return { ...object, [name]: bodyWith(object[name] ?? (rest[0] === '0' ? [undefined] : {}), inside, value) };
}

function bodyProbes({ schema, pointer }: Place, example: unknown): Probe[] {
  const { minItems, maxItems, minProperties, maxProperties, additionalProperties, required = [] } = schema;
  const item = schema.items?.format === 'uri' ? 'https://a.example' : 'a';
  const items = (many: number) => Array.from({ length: many }, () => (example as unknown[] | undefined)?.[0] ?? item);
  const object = (many: number) => Object.fromEntries(Array.from({ length: many }, (_, n) => [`k${n}`, n]));
  const probes: (Probe | false)[] = [
    maxItems !== undefined && { limit: 'maxItems', taken: items(maxItems), refused: items(maxItems + 1) },
    minItems !== undefined && { limit: 'minItems', refused: items(minItems - 1) },
    maxProperties !== undefined && {
      limit: 'maxProperties',
      taken: object(maxProperties),
      refused: object(maxProperties + 1),
    },
    minProperties !== undefined && { limit: 'minProperties', refused: {} },
    additionalProperties === false && { limit: 'additionalProperties', refused: { ...(example as object), garden: 1 } },
    ...required.map((name) => {
      const { [name]: _, ...others } = example as Record<string, unknown>;
      return { limit: `required ${name}`, refused: others };
    }),
    ...probesOf(schema),
  ];
  return probes.filter((probe) => probe !== false).map((probe) => ({ ...probe, limit: `${pointer} ${probe.limit}` }));
}

const at = (body: unknown, pointer: string): unknown =>
  pointer
    .split('/')
    .slice(1)
    .reduce<unknown>((value, name) => (value as Record<string, unknown> | undefined)?.[name], body);

describe('a body', () => {
  it('has the declared limit', { timeout: 120_000 }, async () => {
    let probed = 0;
    for (const operation of operations().filter(bodyOf)) {
      const { schema, example } = bodyOf(operation)!;
      const url = pathWith(operation);
      for (const place of placesIn(schema as DocumentedSchema)) {
        for (const { limit, taken, refused } of bodyProbes(place, at(example, place.pointer))) {
          const what = `${operation.method} ${operation.path} ${limit}`;
          probed += 1;
          if (taken !== undefined) {
            const reply = await send(operation, { url, body: bodyWith(example, place.pointer, taken) });
            expect([200, 201, 202, 400, 403, 404, 409], `${what}: ${JSON.stringify(reply)}`).toContain(reply.status);
            // The existing rows may refuse it; the schema does not.
            expect([what, reply.detail.includes('is invalid:')]).toEqual([what, false]);
          }
          if (refused === undefined) continue;
          const { status, errors } = await send(operation, { url, body: bodyWith(example, place.pointer, refused) });
          expect([what, status]).toEqual([what, 400]);
          expect(errors[0]!.pointer!.startsWith(place.pointer), `${what}: ${JSON.stringify(errors)}`).toBe(true);
        }
      }
    }
    expect(probed).toBeGreaterThan(80);
  });
});
