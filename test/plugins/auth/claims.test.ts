/** The claims that a token must have, to the millisecond and the character, and the reasons for refusals. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type ClaimRules, claimsFor, holderOf, TokenRefusal } from '../../../src/plugins/auth/claims.ts';

const NOW = 1_800_000_000;
const rules: ClaimRules = {
  issuer: 'hotpath',
  audience: 'shop',
  subjectClaim: 'sub',
  roleClaim: 'role',
  roles: ['admin', 'user'],
  clockToleranceMs: 0,
  maxLifetimeMs: 0,
};
const claims = { iss: 'hotpath', aud: 'shop', exp: NOW + 60, sub: '7' };

beforeEach(() => void vi.useFakeTimers({ now: NOW * 1000 }));
afterEach(() => void vi.useRealTimers());

const holder = (more: object, by: Partial<ClaimRules> = {}) => holderOf({ ...claims, ...more }, { ...rules, ...by });
const viewer = (more: object, by: Partial<ClaimRules> = {}) => holder(more, by).viewer;
const refused = (reason: string, isExpired = false) => expect.objectContaining({ message: reason, isExpired });

it('a token names its viewer, until it expires', () => {
  expect(holderOf(claims, rules)).toEqual({ viewer: { subject: '7', role: 'user' }, until: (NOW + 60) * 1000 });
});

it.each<[string, object, Partial<ClaimRules>?]>([
  ['iss is not JWT_ISSUER', { iss: 'other' }],
  ['iss is not JWT_ISSUER', { iss: undefined }],
  ['aud does not name JWT_AUDIENCE', { aud: 'other' }],
  ['aud does not name JWT_AUDIENCE', { aud: ['other'] }],
  ['aud does not name JWT_AUDIENCE', { aud: [7, 'shop'] }],
  ['exp is not a number', { exp: '1' }],
  ['nbf is not a number', { nbf: '1' }],
  ['nbf is not a number', { nbf: null }],
  ['nbf is not reached', { nbf: NOW + 0.001 }],
  ['sub is not a valid subject', { sub: '' }],
  ['sub is not a valid subject', { sub: 7 }],
  ['sub is not a valid subject', { sub: ['7'] }],
  ['uid is not a valid subject', { uid: 7.5 }, { subjectClaim: 'uid' }],
  ['uid is not a valid subject', { uid: 2 ** 53 }, { subjectClaim: 'uid' }],
  ['role is not a valid role', { role: 7 }],
  ['role is not a valid role', { role: '' }],
  ['exp is later than JWT_MAX_LIFETIME_MS allows', { exp: NOW + 60.001 }, { maxLifetimeMs: 60_000 }],
])('is refused: %s, of %j', (reason, more, by) => {
  expect(() => holder(more, by)).toThrow(refused(reason));
  expect(() => holder(more, by)).toThrow(TokenRefusal);
});

describe('the times of a token', () => {
  it('are compared with a clock that differs by no more than the tolerance', () => {
    const tolerant = { clockToleranceMs: 30_000 };
    expect(() => holder({ exp: NOW })).toThrow(refused('exp is over', true));
    expect(holder({ exp: NOW + 0.001 }).until).toBe(NOW * 1000 + 1);
    expect(() => holder({ exp: NOW - 30 }, tolerant)).toThrow(refused('exp is over', true));
    expect(holder({ exp: NOW - 29.999 }, tolerant).until).toBe(NOW * 1000 + 1);
    expect(holder({ nbf: NOW }).viewer.subject).toBe('7');
    expect(holder({ nbf: NOW + 30 }, tolerant).viewer.subject).toBe('7');
    expect(() => holder({ nbf: NOW + 30.001 }, tolerant)).toThrow(refused('nbf is not reached'));
  });

  it('may differ by the allowed maximum, on clocks that differ either way', () => {
    const bounded = { maxLifetimeMs: 60_000, clockToleranceMs: 1000 };
    const late = refused('exp is later than JWT_MAX_LIFETIME_MS allows');
    expect(holder({ exp: NOW + 60 }, { maxLifetimeMs: 60_000 }).viewer.subject).toBe('7');
    expect(holder({ exp: NOW + 61 }, bounded).viewer.subject).toBe('7');
    expect(() => holder({ exp: NOW + 61.001 }, bounded)).toThrow(late);
    expect(holder({ exp: 1e300 }).viewer.subject).toBe('7');
    expect(() => holder({ exp: NOW + 60 }, { maxLifetimeMs: 1 })).toThrow(late);
  });
});

describe('an audience', () => {
  it.each([['shop'], [['shop']], [['other', 'shop']]])('is accepted as %j', (aud) => {
    expect(viewer({ aud })).toEqual({ subject: '7', role: 'user' });
  });
});

describe('a subject', () => {
  it("may be a number if the claim is the issuer's own", () => {
    expect(viewer({ uid: 7 }, { subjectClaim: 'uid' }).subject).toBe('7');
    expect(viewer({ uid: 'x' }, { subjectClaim: 'uid' }).subject).toBe('x');
  });

  it.each(['\0', '\n', '\x1f', '\x7f', '\x85', '\u2028', '\u2029', '\ud800'])('does not contain %j', (character) => {
    for (const sub of [character, `7${character}`, `${character}7`]) {
      expect(() => viewer({ sub })).toThrow(refused('sub is not a valid subject'));
    }
  });

  it('has at most 255 characters', () => {
    expect(viewer({ sub: 'é'.repeat(255) }).subject).toHaveLength(255);
    expect(() => viewer({ sub: 'x'.repeat(256) })).toThrow(refused('sub is not a valid subject'));
  });

  it('may have any other character', () => {
    for (const sub of ['a b', 'ü', '😀', '\u2027', '\u202a', 'x\u00a0y']) expect(viewer({ sub }).subject).toBe(sub);
  });
});

describe('a role', () => {
  it('is a text, the strongest known one of a list, or that of users', () => {
    expect(viewer({ role: 'auditor' }).role).toBe('auditor');
    expect(viewer({ role: ['user', 'admin'] }).role).toBe('admin');
    expect(viewer({ role: ['auditor'] }).role).toBe('user');
    expect(viewer({}).role).toBe('user');
  });
});

describe('a claim', () => {
  const nested = (by: string) => ({ roleClaim: by });

  it('is found by its name, or else by the path in its name', () => {
    expect(viewer({ 'a.b': 'whole', a: { b: 'path' } }, nested('a.b')).role).toBe('whole');
    expect(viewer({ a: { b: 'path' } }, nested('a.b')).role).toBe('path');
    expect(viewer({ a: { b: { c: 'deep' } } }, nested('a.b.c')).role).toBe('deep');
  });

  it.each<[string, unknown]>([
    ['a.length', ['x']],
    ['a.0', ['x']],
    ['a.length', 'text'],
    ['a.b', null],
    ['a.constructor', {}],
    ['a.b.c', { b: 'text' }],
    ['toString', undefined],
    ['__proto__', undefined],
  ])('is missing at %s of %j', (path, a) => {
    expect(viewer({ a }, nested(path)).role).toBe('user');
  });

  it('is an own property of the token', () => {
    const inherited = Object.create(claims, { exp: { value: NOW + 60, enumerable: true } });
    expect(() => holderOf(inherited, rules)).toThrow(refused('iss is not JWT_ISSUER'));
    expect(() => holderOf([] as never, rules)).toThrow(refused('iss is not JWT_ISSUER'));
    expect(() => holderOf(null as never, rules)).toThrow();
  });

  it('is written under the name that is read', () => {
    expect(claimsFor({ subject: '7', role: 'admin' }, { ...rules, subjectClaim: 'uid', roleClaim: 'a.b' })).toEqual({
      uid: '7',
      'a.b': 'admin',
    });
  });
});

it('a refusal names its reason in a log', () => {
  expect(new TokenRefusal('x')).toMatchObject({ name: 'TokenRefusal', message: 'x', isExpired: false });
});
