import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createSecureServer, Server as SecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { KeySet } from '../../src/plugins/auth/jwks.ts';
import { loopbackCertificate } from '../support/certificate.ts';
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
  it('are fetched once for all requests that wait for them', async () => {
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
    vi.advanceTimersByTime(10_000);
    expect(await kids(keys, 'invented')).toEqual([]);
    expect(issuer.asked).toBe(1);
    vi.advanceTimersByTime(1);
    await Promise.all(Array.from({ length: 50 }, (_, n) => kids(keys, `invented-${n}`)));
    await Promise.all(Array.from({ length: 50 }, () => keys.findAnew(header('a'))));
    expect(issuer.asked).toBe(2);
  });

  it('may be new, and a removed one is forgotten', async () => {
    const keys = new KeySet(issuer.url);
    await kids(keys, 'a');
    issuer.keys = [other.entry];
    vi.advanceTimersByTime(10_001);
    expect(await kids(keys, 'b')).toEqual(['b']);
    expect(await kids(keys, 'a')).toEqual([]);
  });

  it('may be replaced under the same name, and are found if none has verified a token', async () => {
    const keys = new KeySet(issuer.url);
    await kids(keys, 'a');
    issuer.keys = [one.entry, { ...other.entry, kid: 'a' }];
    vi.advanceTimersByTime(10_001);
    expect(await keys.findAnew(header('a'))).toHaveLength(2);
    expect(await keys.findAnew(header('a'))).toEqual([]);
  });

  it('are forgotten within five minutes after their removal, even if no token names another', async () => {
    const keys = new KeySet(issuer.url);
    await kids(keys, 'a');
    issuer.keys = [other.entry];
    vi.advanceTimersByTime(299_000);
    expect(await kids(keys, 'a')).toEqual(['a']);
    vi.advanceTimersByTime(2000);
    expect(await kids(keys, 'a')).toEqual([]);
  });

  it('are unavailable, which is not a refusal, until the issuer publishes them; known ones are kept', async () => {
    const reasons: string[] = [];
    const keys = new KeySet(issuer.url, ({ message }) => reasons.push(message));
    issuer.keys = undefined;
    await expect(kids(keys, 'a')).rejects.toMatchObject({
      code: 'KEYS_UNAVAILABLE',
      statusCode: 503,
      message: 'The keys that verify tokens cannot be fetched.',
    });
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

  it('may have keys of several types under one kid', async () => {
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
    ['of an unknown type', { kty: 'AKP', kid: 'a', alg: 'ML-DSA-44', pub: 'x' }],
    ['that is a secret', { kty: 'oct', kid: 'a', alg: 'HS256', k: 'c2VjcmV0' }],
    ['without its numbers', { kty: 'EC', crv: 'P-256', kid: 'a' }],
    ['whose point is on no curve', { ...one.entry, x: 'AAAA' }],
    ['whose kid is a number', { ...one.entry, kid: 7 }],
    ['that is null', null],
    ['that is a text', 'a'],
  ])('works without the entry %s', async (_name, entry) => {
    issuer.keys = [entry, { ...other.entry, alg: undefined }];
    const keys = new KeySet(issuer.url);
    expect(await kids(keys, 'a')).toEqual([]);
    expect(await kids(keys, 'b')).toEqual(['b']);
  });

  it('ignores an RSA key that is too short', async () => {
    const { generateKeyPairSync } = await import('node:crypto');
    const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 1024 });
    issuer.keys = [{ ...publicKey.export({ format: 'jwk' }), kid: 'a' }];
    expect(await kids(new KeySet(issuer.url), 'a', 'RS256')).toEqual([]);
  });
});

it('a token without kid is tried with ten keys of a set, and no more', async () => {
  issuer.keys = Array.from({ length: 12 }, (_, kid) => ({ ...one.entry, kid: String(kid) }));
  expect(await kids(new KeySet(issuer.url))).toEqual(['0', '1', '2', '3', '4', '5', '6', '7', '8', '9']);
});

describe('an answer', () => {
  type Answer = (request: IncomingMessage, response: ServerResponse) => void;
  const trusted = getCACertificates();
  let server: Server | undefined;
  afterEach(() => {
    server?.close();
    server?.closeAllConnections();
    setDefaultCACertificates(trusted);
  });

  /** The keys in a server's reply, or the reason for none. */
  async function keysOf(answer: Answer, made: Server = createServer()) {
    server = made.on('request', answer).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const scheme = made instanceof SecureServer ? 'https' : 'http';
    const reasons: string[] = [];
    const url = `${scheme}://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    const keys = new KeySet(url, ({ message }) => reasons.push(message));
    const found = await kids(keys, 'a').catch(({ code }) => code);
    return { found, reasons };
  }
  const set = (length: number) => {
    const text = JSON.stringify({ keys: [one.entry], note: '' });
    return text.replace('""', `"${'x'.repeat(length - text.length)}"`);
  };

  it('is requested as JSON', async () => {
    const answer: Answer = ({ headers }, response) =>
      response.writeHead(headers.accept === 'application/json' ? 200 : 406).end(set(1000));
    expect(await keysOf(answer)).toEqual({ found: ['a'], reasons: [] });
  });

  it('of a megabyte is read, and not a byte more of it', async () => {
    expect(await keysOf((_, response) => response.end(set(1_048_576)))).toEqual({ found: ['a'], reasons: [] });
    const reasons = ['The reply of the issuer is too large for a set of keys.'];
    expect(await keysOf((_, response) => response.end(set(1_048_577)))).toEqual({ found: 'KEYS_UNAVAILABLE', reasons });
  });

  it.each([
    ['without keys', '{}', 'The issuer answered without keys.'],
    ['with a text of keys', '{"keys": "a"}', 'The issuer answered without keys.'],
    ['of nothing', '', 'Unexpected end of JSON input'],
  ])('%s gives none', async (_, body, reason) => {
    const status = body === '' ? 204 : 200;
    const answer: Answer = (_request, response) => response.writeHead(status).end(body);
    expect(await keysOf(answer)).toEqual({ found: 'KEYS_UNAVAILABLE', reasons: [reason] });
  });

  it('has a timeout of two seconds', async () => {
    const began = Date.now();
    const { found, reasons } = await keysOf(() => {});
    expect([found, reasons]).toEqual(['KEYS_UNAVAILABLE', ['The operation was aborted due to timeout']]);
    expect(Date.now() - began).toBeGreaterThanOrEqual(1900);
  });

  it('may be redirected, but not from https to http', async () => {
    const { keyFile, certificateFile } = await loopbackCertificate();
    setDefaultCACertificates([...trusted, readFileSync(certificateFile, 'utf8')]);
    const secure = () => createSecureServer({ key: readFileSync(keyFile), cert: readFileSync(certificateFile) });
    issuer.keys = [one.entry];
    const away: Answer = (_, response) => response.writeHead(302, { location: issuer.url }).end();
    expect(await keysOf(away)).toEqual({ found: ['a'], reasons: [] });
    const here: Answer = ({ url }, response) =>
      url === '/' ? response.writeHead(302, { location: '/keys' }).end() : response.end(set(1000));
    expect(await keysOf(here, secure())).toEqual({ found: ['a'], reasons: [] });
    const reasons = ['The issuer redirects from https to http.'];
    expect(await keysOf(away, secure())).toEqual({ found: 'KEYS_UNAVAILABLE', reasons });
  });
});
