/**
 * For any text behind the `?`, the answer is a 200 with declared fields only, or a 400 that names the fault. The test runs
 * 100,000 random queries through the parser and the compiler, and sends some of the valid ones over HTTP.
 */
import fc from 'fast-check';
import type { Registry } from 'hotpath/resource/registry';
import type { Resource } from 'hotpath/resource/resource';
import { expect, it } from 'vitest';
import { datamodel } from '#datamodel';
import { modules } from '../../src/domain/index.ts';
import { as, useApp } from '../support/app.ts';

const app = useApp({ seeded: true });
const resources = modules.flatMap((module) => module.resources);
const names = [...new Set(Object.values(datamodel.models).flatMap(({ fields }) => Object.keys(fields)))];

const word = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...names, 'rating', 'inStock', 'reviewCount') },
  {
    weight: 1,
    arbitrary: fc.constantFrom('__proto__', 'constructor', 'toString', '_count', 'AND', 'OR', 'computed', ''),
  },
  { weight: 1, arbitrary: fc.string({ maxLength: 8 }) },
);
const tree = fc.letrec<{ fields: string }>((tie) => ({
  fields: fc
    .array(fc.tuple(word, fc.option(tie('fields'), { nil: undefined, freq: 3 })), { minLength: 1, maxLength: 4 })
    .map((all) => all.map(([name, inside]) => (inside === undefined ? name : `${name}(${inside})`)).join(',')),
})).fields;
const value = fc.oneof(
  fc.constantFrom(
    '1',
    '4',
    'true',
    'false',
    'active',
    '2026-01-01',
    '10.5',
    '1,2,3',
    '-1',
    '99999999999',
    'null',
    '1e999',
  ),
  fc.string({ unit: 'binary', maxLength: 20 }),
);
const operator = fc.constantFrom(
  '',
  '[in]',
  '[gte]',
  '[lt]',
  '[not]',
  '[contains]',
  '[isNull]',
  '[constructor]',
  '[]',
  '[[in]]',
);
const parameter = fc.oneof(
  fc.tuple(fc.constant('fields'), tree),
  fc.tuple(
    fc.constant('sort'),
    fc
      .array(
        word.map((name) => `-${name}`),
        { minLength: 1, maxLength: 3 },
      )
      .map(String),
  ),
  fc.tuple(
    fc.constantFrom('limit', 'page', 'per_page', 'count', 'after'),
    fc.oneof(value, fc.constantFrom('exact', 'estimated')),
  ),
  fc.tuple(
    fc.tuple(word, operator).map(([name, suffix]) => name + suffix),
    value,
  ),
  fc.tuple(fc.constantFrom('device.status', 'order.userId', 'merchant.taxId', 'user.encryptedSsn'), value),
);
const query = fc.uniqueArray(parameter, { maxLength: 4, selector: ([name]) => name });

it('answers 100,000 random queries with a selection of declared fields, or a 400', () => {
  const { resources: registry, selections, compiler } = app().hotpath;
  let accepted = 0;
  const property = fc.property(fc.constantFrom(...resources), query, (resource, given) => {
    try {
      const selection = selections.list({
        resource,
        viewer: { subject: '1', role: 'admin' },
        query: Object.fromEntries(given),
      });
      mustBeDeclared(selection.args, resource, registry);
      compiler.compile({ model: resource.model, action: 'findMany', args: selection.args });
      accepted += 1;
    } catch (error) {
      // An `expect` for each of so many queries would take most of the time.
      const { code, statusCode } = error as { code?: string; statusCode?: number };
      if (code !== 'INVALID_REQUEST' || statusCode !== 400) throw error;
    }
  });
  fc.assert(property, { numRuns: 100_000 });
  expect(accepted).toBeGreaterThan(5000);
}, 120_000);

interface Selected {
  readonly select?: object;
  readonly computed?: object;
}

function mustBeDeclared({ select = {}, computed = {} }: Selected, resource: Resource, registry: Registry): void {
  const undeclared = [
    ...Object.keys(computed).filter((name) => !Object.hasOwn(resource.computed, name)),
    ...Object.entries(select)
      .filter(([name, inside]) =>
        inside === true ? !resource.fields.includes(name) : !Object.hasOwn(resource.relations, name),
      )
      .map(([name]) => name),
  ];
  if (undeclared.length > 0) throw new Error(`${resource.name} does not declare ${undeclared}.`);
  for (const [name, inside] of Object.entries(select))
    if (inside !== true) mustBeDeclared(inside, registry.target(resource, name), registry);
}

it('answers over HTTP with 200 or 400, and never with another status', async () => {
  const routes = [
    '/v1/products',
    '/v1/users',
    '/v1/users/1',
    '/v1/users/1/transactions',
    '/v1/readings',
    '/v1/users/1/dashboard',
  ];
  const property = fc.asyncProperty(fc.constantFrom(...routes), query, async (path, given) => {
    const search = given
      .map(([name, text]) => `${encodeURIComponent(name)}=${encodeURIComponent(text.toWellFormed())}`)
      .join('&');
    const reply = await app().inject({ url: `${path}?${search}`, headers: as(2, 'admin') });
    expect([200, 400]).toContain(reply.statusCode);
    expect(reply.payload).not.toMatch(/"(encryptedSsn|internalRiskScore|taxId|legalName)":/);
  });
  await fc.assert(property, { numRuns: 3000 });
}, 120_000);
