/** The viewer checks of writes. */

import { PUBLIC } from 'hotpath/resource/viewer';
import { describe, expect, it } from 'vitest';
import { isAdmin, mustBeAdmin, mustBeSelf, mustBeUser, subjectId } from '../../src/domain/viewer.ts';

const user = { subject: '7', role: 'user' };
const admin = { subject: '2', role: 'admin' };
const unauthenticated = expect.objectContaining({
  code: 'UNAUTHENTICATED',
  message: 'This needs a bearer token.',
});
const forbidden = (message: string) => expect.objectContaining({ code: 'FORBIDDEN', message });

it('only the role of administrators makes an administrator', () => {
  expect([admin, user, PUBLIC, { subject: '2', role: 'Admin' }].map(isAdmin)).toEqual([true, false, false, false]);
});

describe('a write that', () => {
  it('for any user is refused to the public', () => {
    expect(mustBeUser(user)).toBe(7);
    expect(() => mustBeUser(PUBLIC)).toThrow(unauthenticated);
  });

  it('for administrators is refused to users and to the public', () => {
    const refusal = forbidden('Only an administrator may do this.');
    expect(() => mustBeAdmin(admin)).not.toThrow();
    expect(() => mustBeAdmin(user)).toThrow(refusal);
    expect(() => mustBeAdmin({ subject: undefined, role: 'admin' })).toThrow(unauthenticated);
  });

  it('for the user alone is refused to another user, and allowed to administrators', () => {
    const refusal = forbidden('You may only do this for yourself.');
    expect(() => mustBeSelf(7, user)).not.toThrow();
    expect(() => mustBeSelf(7, admin)).not.toThrow();
    expect(() => mustBeSelf(8, user)).toThrow(refusal);
    expect(() => mustBeSelf(7, PUBLIC)).toThrow(unauthenticated);
  });
});

it.each([
  ['1', 1],
  ['10', 10],
  ['2147483647', 2147483647],
  ...['2147483648', '12345678901', '0', '07', '-7', '7.0', '7x', 'x7', '7\n', '\n7', ''].map((text) => [text, 0]),
  [undefined, 0],
] as [string | undefined, number][])('the subject %j is the user %d', (subject, id) => {
  expect(subjectId({ subject, role: 'user' })).toBe(id);
});
