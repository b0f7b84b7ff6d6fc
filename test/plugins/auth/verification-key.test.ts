/** The entries of a JWKS set that verify signatures, and their algorithms. */
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { createSigner } from 'fast-jwt';
import { describe, expect, it } from 'vitest';
import { PUBLIC_KEY_ALGORITHMS, signatureCheck, VerificationKey } from '../../../src/plugins/auth/verification-key.ts';

const RSA = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'];
const curve = (namedCurve: string) => generateKeyPairSync('ec', { namedCurve });
const pairs: Readonly<Record<string, { publicKey: KeyObject; privateKey: KeyObject }>> = {
  rsa: generateKeyPairSync('rsa', { modulusLength: 2048 }),
  short: generateKeyPairSync('rsa', { modulusLength: 2047 }),
  p256: curve('P-256'),
  p384: curve('P-384'),
  p521: curve('P-521'),
  k256: curve('secp256k1'),
  ed25519: generateKeyPairSync('ed25519'),
  ed448: generateKeyPairSync('ed448'),
  x25519: generateKeyPairSync('x25519'),
};
const entry = (of: string, more: object = {}) => ({ ...pairs[of]!.publicKey.export({ format: 'jwk' }), ...more });

/** The algorithms that an entry verifies; an entry without any is not a key. */
function algorithms(of: unknown): string[] {
  const key = VerificationKey.from(of);
  if (!key) return [];
  const found = PUBLIC_KEY_ALGORITHMS.filter((alg) => key.fits({ alg }));
  return found.length > 0 ? found : ['a key of no algorithm'];
}

it('the algorithms of public keys are these, and none of them uses a secret', () => {
  expect(PUBLIC_KEY_ALGORITHMS).toEqual([...RSA, 'ES256', 'ES384', 'ES512', 'EdDSA']);
});

describe('an entry', () => {
  it.each<[string, string[]]>([
    ['rsa', RSA],
    ['p256', ['ES256']],
    ['p384', ['ES384']],
    ['p521', ['ES512']],
    ['ed25519', ['EdDSA']],
    ['ed448', ['EdDSA']],
    ['short', []],
    ['k256', []],
    ['x25519', []],
  ])('of %s verifies %j', (of, expected) => {
    expect(algorithms(entry(of))).toEqual(expected);
  });

  it.each<[string, object, string[]]>([
    ['an algorithm', entry('rsa', { alg: 'PS384' }), ['PS384']],
    ['the algorithm of another type', entry('p256', { alg: 'RS256' }), []],
    ['the curve as its algorithm', entry('ed25519', { alg: 'Ed25519' }), ['EdDSA']],
    ['another curve as its algorithm', entry('ed25519', { alg: 'Ed448' }), []],
    ['its family as its algorithm', entry('ed25519', { alg: 'EdDSA' }), ['EdDSA']],
    ['a curve for an algorithm, of another type', entry('p256', { alg: 'P-256' }), []],
    ['a use', entry('p256', { use: 'sig' }), ['ES256']],
    ['another use', entry('p256', { use: 'enc' }), []],
    ['operations', entry('p256', { key_ops: ['sign', 'verify'] }), ['ES256']],
    ['other operations', entry('p256', { key_ops: ['sign'] }), []],
    ['a text of operations', entry('p256', { key_ops: 'verify' }), []],
    ['a curve from a prototype', entry('p256', { crv: 'constructor' }), []],
    ['no curve', entry('p256', { crv: undefined }), []],
    ['a curve of another type', entry('ed25519', { kty: 'EC' }), []],
    ['a type of other curves', entry('p256', { kty: 'OKP' }), []],
    ['an unknown type', entry('p256', { kty: 'AKP' }), []],
    ['half of its numbers', entry('p256', { y: undefined }), []],
  ])('with %s', (_, given, expected) => {
    expect(algorithms(given)).toEqual(expected);
  });

  it.each([null, undefined, 'text', 7, []])('that is %j verifies nothing', (given) => {
    expect(VerificationKey.from(given)).toBe(undefined);
  });
});

describe('a key', () => {
  const key = (kid: unknown) => VerificationKey.from(entry('p256', { kid }))!;

  it('matches a token that names it, or no key, and has its algorithm', () => {
    expect(key('a').kid).toBe('a');
    const fits = [{ kid: 'a' }, { kid: undefined }, {}, { kid: 'b' }].map((of) =>
      key('a').fits({ alg: 'ES256', ...of }),
    );
    expect(fits).toEqual([true, true, true, false]);
    expect(key('a').fits({ alg: 'ES384', kid: 'a' })).toBe(false);
  });

  it('has no name if the name is not a text', () => {
    expect(key(7).kid).toBe(undefined);
    expect(key(7).fits({ alg: 'ES256', kid: '7' })).toBe(false);
    expect(key(7).fits({ alg: 'ES256' })).toBe(true);
  });

  const signed = (of: string, algorithm: 'RS256' | 'PS256' | 'ES256') =>
    createSigner({ key: pairs[of]!.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(), algorithm });

  it('returns the claims of a token that it has signed, in each of its algorithms, expired or not', () => {
    const rsa = VerificationKey.from(entry('rsa'))!;
    for (const algorithm of ['RS256', 'PS256', 'RS256'] as const) {
      const claims = { sub: algorithm, exp: 1, nbf: 9_999_999_999, iat: 1 };
      const token = signed('rsa', algorithm)(claims);
      expect(rsa.verify(token, algorithm)).toEqual(claims);
      const other = algorithm === 'RS256' ? 'PS256' : 'RS256';
      expect(() => rsa.verify(token, other)).toThrow(/algorithm/);
    }
  });

  it('refuses the signature of another key', () => {
    const other = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({
      type: 'pkcs8',
      format: 'pem',
    });
    const token = createSigner({ key: other.toString(), algorithm: 'ES256' })({ sub: '7' });
    expect(() => key('a').verify(token, 'ES256')).toThrow(/signature/);
    expect(key('a').verify(signed('p256', 'ES256')({ sub: '7' }), 'ES256')).toMatchObject({ sub: '7' });
  });
});

it('a secret verifies only its own algorithm', () => {
  const secret = 'x'.repeat(32);
  const token = (algorithm: 'HS256' | 'HS512') => createSigner({ key: secret, algorithm })({ sub: '7', exp: 1 });
  expect(signatureCheck(secret, 'HS256')(token('HS256'))).toMatchObject({ sub: '7' });
  expect(() => signatureCheck(secret, 'HS256')(token('HS512'))).toThrow(/algorithm/);
});
