/** Bearer tokens of a service's own: a signed token is accepted, and nothing else is. */
import { createHmac } from 'node:crypto';
import { createSigner, createVerifier } from 'fast-jwt';
import { bearerViewer, signBearer } from 'hotpath/http/bearer-token';
import { describe, expect, it } from 'vitest';

const SECRET = 'a secret of the tests, as long as it must be';
const signing = { secret: SECRET, expiresInSeconds: 60 };

const viewer = (token: string, rules = {}) =>
  bearerViewer(SECRET, rules)({ headers: { authorization: `Bearer ${token}` } });

const jwt = (claims: object, options: object = {}) =>
  createSigner({ key: SECRET, algorithm: 'HS256', ...options })(claims as Record<string, unknown>);

const soon = Math.floor(Date.now() / 1000) + 600;

describe('a token that is understood', () => {
  it('names its subject and role', () => {
    expect(viewer(signBearer({ sub: '7', role: 'editor' }, signing))).toEqual({ subject: '7', role: 'editor' });
    expect(viewer(signBearer({ sub: 'b0c4' }, signing))).toEqual({ subject: 'b0c4' });
    expect(viewer(jwt({ sub: '7', exp: soon, nbf: 1 }))).toEqual({ subject: '7' });
  });

  it('is one that any library verifies', () => {
    const claims = createVerifier({ key: SECRET, algorithms: ['HS256'] })(signBearer({ sub: '7' }, signing));
    expect(claims).toMatchObject({ sub: '7', exp: claims.iat + 60 });
  });

  it('has the issuer and the audience, if the rules name them', () => {
    const rules = { issuer: 'ours', audience: 'blog' };
    expect(viewer(signBearer({ sub: '7', iss: 'ours', aud: 'blog' }, signing), rules)).toEqual({ subject: '7' });
    expect(viewer(jwt({ sub: '7', iss: 'ours', aud: ['shop', 'blog'], exp: soon }), rules)).toEqual({ subject: '7' });
    for (const claims of [{}, { iss: 'ours' }, { aud: 'blog' }, { iss: 'theirs', aud: 'blog' }])
      expect(() => viewer(signBearer({ sub: '7', ...claims }, signing), rules)).toThrow('invalid or has expired');
  });
});

it('a request without a token is the public', () => {
  expect(bearerViewer(SECRET)({ headers: {} })).toBeUndefined();
});

const unsigned = (header: object, claims: object) =>
  `${[header, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')}.`;

/** A token that the secret has signed, with any text. */
function ofText(payload: string): string {
  const signed = `${Buffer.from('{"alg":"HS256"}').toString('base64url')}.${Buffer.from(payload).toString('base64url')}`;
  return `${signed}.${createHmac('sha256', SECRET).update(signed).digest('base64url')}`;
}

it.each<[string, string]>([
  ['no token', ''],
  ['two parts', 'a.b'],
  ['no signature', unsigned({ alg: 'none' }, { sub: '7', exp: soon })],
  ['another secret', createSigner({ key: `${SECRET}!` })({ sub: '7', exp: soon })],
  ['another algorithm', jwt({ sub: '7', exp: soon }, { algorithm: 'HS512' })],
  ['no end', jwt({ sub: '7' })],
  ['an end in the past', jwt({ sub: '7', exp: soon - 601 })],
  ['an end that is not a number', ofText('{"sub":"7","exp":"tomorrow"}')],
  ['a payload that is not JSON', ofText('{')],
  ['a beginning in the future', jwt({ sub: '7', exp: soon, nbf: soon })],
  ['no subject', jwt({ exp: soon })],
  ['an empty subject', jwt({ sub: '', exp: soon })],
  ['a role that is not a text', jwt({ sub: '7', exp: soon, role: ['admin'] })],
  ['a payload that is not an object', ofText('"text"')],
])('%s is refused', (_, token) => {
  expect(() => viewer(token)).toThrow(expect.objectContaining({ statusCode: 401, code: 'UNAUTHENTICATED' }));
});

it('another scheme is refused', () => {
  expect(() => bearerViewer(SECRET)({ headers: { authorization: 'Basic YTpi' } })).toThrow('invalid or has expired');
});

it('a secret that is too short signs and verifies nothing', () => {
  expect(() => bearerViewer('short')).toThrow(RangeError);
  expect(() => signBearer({ sub: '7' }, { secret: 'x'.repeat(31), expiresInSeconds: 1 })).toThrow('at least 32 bytes');
});
