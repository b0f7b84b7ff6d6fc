import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { KeySet } from '../../src/plugins/jwks.ts';
import { type Issuer, issuerKey, openIssuer } from '../support/issuer.ts';

let issuer: Issuer;
const one = issuerKey('ES256', { kid: 'a', alg: 'ES256' });
const other = issuerKey('ES256', { kid: 'b', alg: 'ES256' });

beforeAll(async () => {
  issuer = await openIssuer();
});
beforeEach(() => {
  issuer.asked = 0;
  issuer.keys = [one.entry];
  vi.useFakeTimers({ toFake: ['performance'] });
});
afterEach(() => void vi.useRealTimers());
afterAll(() => issuer.close());

const header = (kid?: string, alg = 'ES256') => ({ kid, alg: alg as 'ES256' });
const kids = async (keys: KeySet, ...args: Parameters<typeof header>) =>
  (await keys.find(header(...args))).map(({ kid }) => kid);

describe('the keys of an issuer', () => {
  it('are fetched once for all who wait for them', async () => {
    const keys = new KeySet(issuer.url);
    expect(await Promise.all([kids(keys, 'a'), kids(keys, 'a'), kids(keys, 'a')])).toEqual([['a'], ['a'], ['a']]);
    expect(await kids(keys, 'a')).toEqual(['a']);
    expect(issuer.asked).toBe(1);
  });

  it('are not fetched for each key id that a client invents, nor for each signature', async () => {
    const keys = new KeySet(issuer.url);
    await kids(keys, 'a');
    for (let n = 0; n < 50; n += 1) expect(await kids(keys, `invented-${n}`)).toEqual([]);
    for (let n = 0; n < 50; n += 1) expect(await keys.findAnew(header('a'))).toEqual([]);
    expect(issuer.asked).toBe(1);
    vi.advanceTimersByTime(10_001);
    await Promise.all(Array.from({ length: 50 }, (_, n) => kids(keys, `invented-${n}`)));
    await Promise.all(Array.from({ length: 50 }, () => keys.findAnew(header('a'))));
    expect(issuer.asked).toBe(2);
  });

  it('may be new, and one that is gone is forgotten', async () => {
    const keys = new KeySet(issuer.url);
    await kids(keys, 'a');
    issuer.keys = [other.entry];
    vi.advanceTimersByTime(10_001);
    expect(await kids(keys, 'b')).toEqual(['b']);
    expect(await kids(keys, 'a')).toEqual([]);
  });

  it('are forgotten within five minutes once they are gone, even if nobody names another', async () => {
    const keys = new KeySet(issuer.url);
    await kids(keys, 'a');
    issuer.keys = [other.entry];
    vi.advanceTimersByTime(299_000);
    expect(await kids(keys, 'a')).toEqual(['a']);
    vi.advanceTimersByTime(2000);
    expect(await kids(keys, 'a')).toEqual([]);
  });

  it('are unavailable, which is no refusal, until they are there; and those that are known are kept', async () => {
    const reasons: string[] = [];
    const keys = new KeySet(issuer.url, ({ message }) => reasons.push(message));
    issuer.keys = undefined;
    await expect(kids(keys, 'a')).rejects.toMatchObject({ code: 'KEYS_UNAVAILABLE', statusCode: 503 });
    expect(reasons).toEqual(['The issuer answered 500.']);
    issuer.keys = [one.entry];
    vi.advanceTimersByTime(10_001);
    expect(await kids(keys, 'a')).toEqual(['a']);
    issuer.keys = undefined;
    vi.advanceTimersByTime(300_001);
    expect(await kids(keys, 'a')).toEqual(['a']);
  });

  it('are all withdrawn by an empty set', async () => {
    const keys = new KeySet(issuer.url);
    await kids(keys, 'a');
    issuer.keys = [];
    vi.advanceTimersByTime(300_001);
    expect(await kids(keys, 'a')).toEqual([]);
  });
});

describe('a set', () => {
  const rsa = issuerKey('RS256', { kid: 'a' });
  const edwards = issuerKey('EdDSA', { kid: 'c', use: 'sig', key_ops: ['verify'] });

  it('may hold keys of several types under one kid', async () => {
    issuer.keys = [rsa.entry, one.entry, edwards.entry];
    const keys = new KeySet(issuer.url);
    expect(await kids(keys, 'a', 'ES256')).toHaveLength(1);
    expect(await kids(keys, 'a', 'PS512')).toHaveLength(1);
    expect(await kids(keys, 'a', 'EdDSA')).toEqual([]);
    expect(await kids(keys, 'c', 'EdDSA')).toEqual(['c']);
  });

  it('offers every key of its type to a token without kid', async () => {
    issuer.keys = [rsa.entry, one.entry, other.entry, edwards.entry];
    expect(await kids(new KeySet(issuer.url), undefined, 'ES256')).toEqual(['a', 'b']);
  });

  it.each([
    ['for encryption', { ...one.entry, use: 'enc' }],
    ['for another operation', { ...one.entry, key_ops: ['encrypt'] }],
    ['of another algorithm', { ...one.entry, alg: 'ES384' }],
    ['of another curve', { ...one.entry, crv: 'P-384', alg: undefined }],
    ['of a type that is not known', { kty: 'AKP', kid: 'a', alg: 'ML-DSA-44', pub: 'x' }],
    ['that is a secret', { kty: 'oct', kid: 'a', alg: 'HS256', k: 'c2VjcmV0' }],
    ['without its numbers', { kty: 'EC', crv: 'P-256', kid: 'a' }],
    ['whose point is on no curve', { ...one.entry, x: 'AAAA' }],
    ['whose kid is a number', { ...one.entry, kid: 7 }],
    ['that is null', null],
    ['that is a text', 'a'],
  ])('is of use without the entry %s', async (_name, entry) => {
    issuer.keys = [entry, { ...other.entry, alg: undefined }];
    const keys = new KeySet(issuer.url);
    expect(await kids(keys, 'a')).toEqual([]);
    expect(await kids(keys, 'b')).toEqual(['b']);
  });

  it('has no use for an RSA key that is too short', async () => {
    const { generateKeyPairSync } = await import('node:crypto');
    const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 1024 });
    issuer.keys = [{ ...publicKey.export({ format: 'jwk' }), kid: 'a' }];
    expect(await kids(new KeySet(issuer.url), 'a', 'RS256')).toEqual([]);
  });
});
