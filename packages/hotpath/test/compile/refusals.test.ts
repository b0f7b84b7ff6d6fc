/** Refusals: before any SQL exists, the error names the place of what the compiler does not support, and the accepted values. */

import { createCompiler } from 'hotpath/compile/compile';
import { CompileError } from 'hotpath/compile/error';
import type { ReadRequest } from 'hotpath/compile/plan/read';
import { describe, expect, it } from 'vitest';
import { datamodel } from '../../../../prisma/generated/datamodel.ts';
import { datamodel as zoo } from './zoo/generated/datamodel.ts';

const compilers = { marketplace: createCompiler({ dataModel: datamodel }), zoo: createCompiler({ dataModel: zoo }) };

function refusalOf(request: ReadRequest, schema: keyof typeof compilers = 'marketplace'): CompileError {
  try {
    compilers[schema].compile(request);
  } catch (error) {
    expect(error).toBeInstanceOf(CompileError);
    return error as CompileError;
  }
  throw new Error(`Not refused: ${JSON.stringify(request)}`);
}

const users = (args: object): ReadRequest => ({ model: 'User', action: 'findMany', args });
const samples = (args: object): ReadRequest => ({ model: 'Sample', action: 'findMany', args });

describe('a refusal', () => {
  it('names the place and what is allowed', () => {
    const error = refusalOf(users({ select: { transactions: { where: { OR: [{ amout: 3 }] } } } }));
    expect(error.code).toBe('UNKNOWN_ARGUMENT');
    expect(error.path).toEqual(['select', 'transactions', 'where', 'OR', 0, 'amout']);
    expect(error.allowed).toContain('amount');
    expect(error.message).toMatch(/^Unknown argument at select\.transactions\.where\.OR\.0\.amout\. Allowed: AND, OR/);
  });

  it('shows no value of the request', () => {
    expect(refusalOf(users({ where: { id: 'secret' } })).message).not.toContain('secret');
  });

  it.each<[code: string, path: string, args: object]>([
    ['UNKNOWN_ARGUMENT', 'wher', { wher: {} }],
    ['UNKNOWN_ARGUMENT', 'select.nam', { select: { nam: true } }],
    ['UNKNOWN_ARGUMENT', 'select.constructor', { select: { constructor: true } }],
    ['UNKNOWN_ARGUMENT', 'where.__proto__', { where: JSON.parse('{"__proto__":1}') }],
    ['UNKNOWN_ARGUMENT', 'where.name.regex', { where: { name: { regex: 'a' } } }],
    ['UNKNOWN_ARGUMENT', 'where.name.search', { where: { name: { search: 'a' } } }],
    ['UNKNOWN_ARGUMENT', 'where.name.not.mode', { where: { name: { not: { mode: 'insensitive' } } } }],
    ['UNKNOWN_ARGUMENT', 'where.role.lt', { where: { role: { lt: 'admin' } } }],
    ['UNKNOWN_ARGUMENT', 'where.orders.is', { where: { orders: { is: {} } } }],
    ['UNKNOWN_ARGUMENT', 'orderBy.nam', { orderBy: { nam: 'asc' } }],
    ['UNKNOWN_ARGUMENT', 'orderBy.name.nulls', { orderBy: { name: { sort: 'asc', nulls: 'first' } } }],
    ['UNKNOWN_ARGUMENT', 'distinct', { distinct: ['nam'] }],
    ['UNKNOWN_ARGUMENT', 'select._count.select.name', { select: { _count: { select: { name: true } } } }],
    ['INVALID_VALUE', 'select', { select: {} }],
    ['INVALID_VALUE', 'select', { select: { id: false } }],
    ['INVALID_VALUE', 'include', { select: { id: true }, include: { orders: true } }],
    ['INVALID_VALUE', 'include.name', { include: { name: true } }],
    ['INVALID_VALUE', 'where.id', { where: { id: '1' } }],
    ['INVALID_VALUE', 'where.id', { where: { id: 1.5 } }],
    ['INVALID_VALUE', 'where.id', { where: { id: 2 ** 31 } }],
    ['INVALID_VALUE', 'where.id', { where: { id: null } }],
    ['INVALID_VALUE', 'where.id.in', { where: { id: { in: 1 } } }],
    ['INVALID_VALUE', 'where.id.in.1', { where: { id: { in: [1, null] } } }],
    ['INVALID_VALUE', 'where.name', { where: { name: 'a\0b' } }],
    ['INVALID_VALUE', 'where.role', { where: { role: 'king' } }],
    ['INVALID_VALUE', 'where.createdAt', { where: { createdAt: 'yesterday' } }],
    ['INVALID_VALUE', 'where.createdAt.gt', { where: { createdAt: { gt: new Date(Number.NaN) } } }],
    ['INVALID_VALUE', 'where.internalRiskScore', { where: { internalRiskScore: '1; DROP' } }],
    ['INVALID_VALUE', 'where.OR', { where: { OR: { id: 1 } } }],
    ['INVALID_VALUE', 'where.name.mode', { where: { name: { equals: 'a', mode: 'fuzzy' } } }],
    ['INVALID_VALUE', 'orderBy.name', { orderBy: { name: 'up' } }],
    ['INVALID_VALUE', 'orderBy', { orderBy: { name: 'asc', id: 'asc' } }],
    ['INVALID_VALUE', 'take', { take: 1.5 }],
    ['INVALID_VALUE', 'skip', { skip: -1 }],
    ['INVALID_VALUE', 'computed.name', { computed: { name: { aggregate: 'count', relation: 'orders' } } }],
    ['INVALID_VALUE', 'computed.x.relation', { computed: { x: { aggregate: 'count', relation: 'name' } } }],
    [
      'INVALID_VALUE',
      'computed.x.field',
      { computed: { x: { aggregate: 'avg', relation: 'orders', field: 'status' } } },
    ],
    ['INVALID_VALUE', 'computed.x.compare', { computed: { x: { compare: ['orders.total', 'gt', 1] } } }],
    ['UNDEFINED_VALUE', 'where.id', { where: { id: undefined } }],
    ['UNDEFINED_VALUE', 'take', { take: undefined }],
    ['UNDEFINED_VALUE', 'select.name', { select: { name: undefined, id: true } }],
    ['NOT_SUPPORTED', 'cursor', { cursor: { id: 1 } }],
  ])('%s at %s', (code, path, args) => {
    const error = refusalOf(users(args));
    expect([error.code, error.path.join('.')]).toEqual([code, path]);
  });

  it.each<[code: string, path: string, args: object]>([
    ['INVALID_VALUE', 'where.json', { where: { json: 'x' } }],
    ['INVALID_VALUE', 'where.json.equals', { where: { json: { equals: null } } }],
    ['INVALID_VALUE', 'where.json', { where: { json: { path: ['a'] } } }],
    ['INVALID_VALUE', 'where.json.path', { where: { json: { path: 'a.b', equals: 1 } } }],
    ['INVALID_VALUE', 'where.ints', { where: { ints: {} } }],
    ['INVALID_VALUE', 'where.ints', { where: { ints: { has: 1, isEmpty: false } } }],
    ['INVALID_VALUE', 'where.smallint', { where: { smallint: 40_000 } }],
    ['INVALID_VALUE', 'where.bigint', { where: { bigint: 2n ** 63n } }],
    ['INVALID_VALUE', 'where.uuid', { where: { uuid: 'not-one' } }],
    ['INVALID_VALUE', 'where.float', { where: { float: Number.NaN } }],
    ['INVALID_VALUE', 'where.real', { where: { real: 1e300 } }],
    ['INVALID_VALUE', 'where.inet', { where: { inet: 'localhost' } }],
    ['INVALID_VALUE', 'computed.x.compare', { computed: { x: { compare: ['xml', 'equals', '<a/>'] } } }],
    ['NOT_SUPPORTED', 'where.inet.contains', { where: { inet: { contains: '1' } } }],
    ['NOT_SUPPORTED', 'where.uuid.mode', { where: { uuid: { not: null, mode: 'insensitive' } } }],
    ['NOT_SUPPORTED', 'where.xml', { where: { xml: '<a/>' } }],
    ['NOT_SUPPORTED', 'where.byteses', { where: { byteses: { hasSome: [new Uint8Array()] } } }],
    ['NOT_SUPPORTED', 'where.jsonTexts', { where: { jsonTexts: { isEmpty: true } } }],
    ['NOT_SUPPORTED', 'orderBy.jsonText', { orderBy: { jsonText: 'asc' } }],
  ])('%s at %s, in the zoo', (code, path, args) => {
    const error = refusalOf(samples(args), 'zoo');
    expect([error.code, error.path.join('.')]).toEqual([code, path]);
  });

  it('applies to a key that is not unique', () => {
    const permission = (where: object): ReadRequest => ({ model: 'Permission', action: 'findUnique', args: { where } });
    expect(refusalOf(permission({ userId: 1 })).allowed).toEqual(['userId_projectId']);
    expect(refusalOf(permission({ userId_projectId: { userId: 1 } })).path).toEqual(['where', 'userId_projectId']);
    const user: ReadRequest = { model: 'User', action: 'findUnique', args: { where: { id: { gt: 1 } } } };
    expect(refusalOf(user).path).toEqual(['where', 'id']);
  });

  it('applies to an unknown model', () => {
    expect(refusalOf({ model: 'Usr', action: 'findMany' }).code).toBe('UNKNOWN_MODEL');
    expect(refusalOf({ model: 'toString', action: 'findMany' }).code).toBe('UNKNOWN_MODEL');
  });

  it('applies to a reference to another field', () => {
    const reference = { modelName: 'User', name: 'email', typeName: 'String', isList: false };
    expect(refusalOf(users({ where: { name: { equals: reference } } })).code).toBe('INVALID_VALUE');
  });

  it('applies to `next` without a page', () => {
    expect(refusalOf({ ...users({ orderBy: { id: 'asc' } }), next: ['id'] }).path).toEqual(['next']);
    expect(refusalOf({ ...users({ take: 2 }), next: ['orders'] }).code).toBe('UNKNOWN_ARGUMENT');
  });

  it('applies to the end of a list without an order', () => {
    const totals = (args: object): ReadRequest => ({ model: 'CategoryTotal', action: 'findMany', args });
    expect(refusalOf(totals({ take: -1 })).path).toEqual(['orderBy']);
    expect(refusalOf(totals({ distinct: 'userId' })).path).toEqual(['orderBy']);
  });

  it('applies to a name that PostgreSQL would cut', () => {
    const computed = { ['x'.repeat(64)]: { aggregate: 'count', relation: 'orders' } };
    expect(refusalOf(users({ computed })).code).toBe('NOT_SUPPORTED');
  });

  it('applies to a null with two possible meanings', () => {
    expect(refusalOf(samples({ where: { json: { not: null } } }), 'zoo').allowed).toEqual([
      ...['Prisma.DbNull', 'Prisma.JsonNull', 'Prisma.AnyNull'],
    ]);
  });
});
