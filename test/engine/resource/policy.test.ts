/** What a policy grants, with the viewer's own id where `SUBJECT` stands. */

import { dependsOnSubject, everything, grantFor, type Policy, SUBJECT, subjectId } from 'hotpath/resource/policy';
import { describe, expect, it } from 'vitest';

const user = { subject: '7', role: 'user' };
const grant = (rows: object) => grantFor({ user: { rows: { ...rows }, without: ['email'] } }, user);

describe('a grant', () => {
  it('has the id of the viewer wherever the subject stands, however deep', () => {
    const rows = {
      userId: SUBJECT,
      OR: [{ author: { is: { id: SUBJECT } } }, { id: { in: [1, SUBJECT] } }],
      NOT: { readers: { some: { id: { not: SUBJECT } } } },
    };
    expect(grant(rows)).toEqual({
      rows: {
        userId: 7,
        OR: [{ author: { is: { id: 7 } } }, { id: { in: [1, 7] } }],
        NOT: { readers: { some: { id: { not: 7 } } } },
      },
      without: ['email'],
    });
  });

  it('keeps every other value as it is', () => {
    const at = new Date(0);
    const rows = { name: 'x', count: 0, open: false, none: null, bytes: 7n, at, tags: [] };
    expect(grant(rows)!.rows).toEqual(rows);
    expect(grant({ at })!.rows!['at']).toBe(at);
  });

  it('is as it is declared if it is of all rows, and is none for a role that is not named', () => {
    const policy: Policy = { ...everything('user', 'admin'), public: { without: ['email'] } };
    expect(policy).toEqual({ user: {}, admin: {}, public: { without: ['email'] } });
    expect(grantFor(policy, user)).toBe(policy['user']);
    expect(grantFor(policy, { subject: undefined, role: 'public' })).toBe(policy['public']);
    for (const role of ['auditor', 'toString', '__proto__', ''])
      expect(grantFor(policy, { ...user, role })).toBe(undefined);
  });

  it('depends on the subject if it stands anywhere in the rows', () => {
    for (const rows of [
      { id: SUBJECT },
      { OR: [{ a: 1 }, { b: { is: { id: SUBJECT } } }] },
      { id: { in: [SUBJECT] } },
    ]) {
      expect(dependsOnSubject({ rows })).toBe(true);
    }
    for (const rows of [{}, { status: 'active' }, { at: null }, { OR: [{ a: 1 }] }, { subject: 'SUBJECT' }]) {
      expect(dependsOnSubject({ rows })).toBe(false);
    }
    expect(dependsOnSubject({})).toBe(false);
    expect(dependsOnSubject({ without: ['id'] })).toBe(false);
  });
});

it.each([
  ['1', 1],
  ['7', 7],
  ['10', 10],
  ['2147483647', 2147483647],
  ['2147483648', 0],
  ['9999999999', 0],
  ['12345678901', 0],
  ['0', 0],
  ['07', 0],
  ['-7', 0],
  ['7.0', 0],
  ['7x', 0],
  ['x7', 0],
  ['7\n', 0],
  ['\n7', 0],
  ['', 0],
  [undefined, 0],
])('the subject %j is the user %d', (subject, id) => {
  expect(subjectId({ subject, role: 'user' })).toBe(id);
});
