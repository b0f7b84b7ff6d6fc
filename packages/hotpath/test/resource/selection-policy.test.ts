/** A resource's policy in a selection: it narrows rows and fields to the viewer, or refuses the viewer. */
import { createCompiler } from 'hotpath/compile/compile';
import type { Resource } from 'hotpath/resource/resource';
import { PUBLIC } from 'hotpath/resource/viewer';
import { describe, expect, it } from 'vitest';
import { datamodel } from '../../../../prisma/generated/datamodel.ts';
import { list, parser, review, transaction, user } from './shop.ts';

describe('a policy', () => {
  it('narrows the rows to the viewer', () => {
    expect(list(transaction, {}, user).args.where).toEqual({ userId: 7 });
    expect(list(transaction, {}, user).scope).toBe('subject');
    expect(list(transaction, {}, { subject: '1', role: 'admin' })).toMatchObject({
      args: { where: {} },
      scope: 'role',
    });
  });

  it('asks the public to authenticate, and refuses roles that it does not name', () => {
    expect(() => list(transaction)).toThrow(
      expect.objectContaining({ code: 'UNAUTHENTICATED', message: 'This needs a bearer token.' }),
    );
    expect(() => list(transaction, {}, { subject: '1', role: 'constructor' })).toThrow(
      expect.objectContaining({ code: 'FORBIDDEN', message: 'You may not see this transaction.' }),
    );
  });

  it('refuses a row that the route fixes otherwise, before any SQL', () => {
    const request = { resource: transaction, viewer: user, query: {} };
    expect(parser.list({ ...request, where: { userId: 7 } }).args.where).toEqual({
      AND: [{ userId: 7 }, { userId: 7 }],
    });
    expect(() => parser.list({ ...request, where: { userId: 8 } })).toThrow(
      expect.objectContaining({ code: 'FORBIDDEN' }),
    );
    const admin = { subject: '1', role: 'admin' };
    expect(parser.list({ ...request, viewer: admin, where: { userId: 8 } }).args.where).toEqual({ userId: 8 });
    expect(() => parser.list({ ...request, viewer: PUBLIC, where: { userId: 8 } })).toThrow(
      expect.objectContaining({ code: 'UNAUTHENTICATED' }),
    );
  });

  it('matches no row for a subject that is not a user id', () => {
    for (const subject of ['0x7', '7.5', '-07', 'x', '99999999999', ' ', '1e99']) {
      expect(list(transaction, {}, { subject, role: 'user' }).args.where).toEqual({ id: { in: [] } });
    }
  });

  it('shows no row to any viewer, whatever the request', () => {
    const filtered = { ...transaction, filters: { amount: ['gte'] } } as Resource;
    const { args } = list(filtered, { 'amount[gte]': '0' }, { subject: 'x', role: 'user' });
    const request = { model: 'Transaction', action: 'findMany', args } as const;
    const { text, values } = createCompiler({ dataModel: datamodel }).compile(request);
    expect(text).toMatch(/"transaction"."id" = ANY \(\$\d+\)\s+AND "transaction"."amount" >= /);
    expect(values).toContainEqual([]);
  });

  it('leaves fields that the viewer may not see out of a default', () => {
    expect(list(review).args.select).toEqual({ id: true, rating: true });
    expect(list(review, {}, user).args.select).toEqual({ id: true, rating: true, user: { select: { id: true } } });
  });
});
