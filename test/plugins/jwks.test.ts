import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { keysAt } from '../../src/plugins/jwks.ts';

const jwk = (kid: string) => {
  const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return { ...publicKey.export({ format: 'jwk' }), kid, alg: 'ES256' };
};

let issuer: Server;
let url: string;
let asked = 0;
let keys: object[] | undefined;

beforeAll(async () => {
  issuer = createServer((_request, response) => {
    asked += 1;
    response.statusCode = keys ? 200 : 500;
    response.end(JSON.stringify(keys ? { keys } : { error: 'away' }));
  }).listen(0, '127.0.0.1');
  await once(issuer, 'listening');
  url = `http://127.0.0.1:${(issuer.address() as AddressInfo).port}/keys.json`;
});
beforeEach(() => {
  asked = 0;
  keys = [jwk('a')];
  vi.useFakeTimers({ toFake: ['performance'] });
});
afterEach(() => void vi.useRealTimers());
afterAll(() => void issuer.close());

const header = (kid: string, alg = 'ES256') => ({ kid, alg });
const PEM = /^-----BEGIN PUBLIC KEY-----/;

it('fetches the keys once for all who wait for them', async () => {
  const find = keysAt(url);
  const found = await Promise.all([find(header('a')), find(header('a')), find(header('a'))]);
  expect(found).toEqual(Array(3).fill(expect.stringMatching(PEM)));
  expect(await find(header('a'))).toMatch(PEM);
  expect(asked).toBe(1);
});

it('does not ask the issuer about each key id that a client invents', async () => {
  const find = keysAt(url);
  await find(header('a'));
  for (let n = 0; n < 50; n += 1) await expect(find(header(`invented-${n}`))).rejects.toThrow('has no key');
  expect(asked).toBe(1);
  vi.advanceTimersByTime(10_001);
  await Promise.allSettled(Array.from({ length: 50 }, (_, n) => find(header(`invented-${n}`))));
  expect(asked).toBe(2);
});

it('finds a key that is new, and forgets one that is gone', async () => {
  const find = keysAt(url);
  await find(header('a'));
  keys = [jwk('b')];
  vi.advanceTimersByTime(10_001);
  expect(await find(header('b'))).toMatch(PEM);
  await expect(find(header('a'))).rejects.toThrow('has no key "a"');
});

it('forgets a key that is gone within five minutes, even if nobody names another', async () => {
  const find = keysAt(url);
  await find(header('a'));
  keys = [jwk('b')];
  vi.advanceTimersByTime(299_000);
  expect(await find(header('a'))).toMatch(PEM);
  vi.advanceTimersByTime(2000);
  await expect(find(header('a'))).rejects.toThrow('has no key "a"');
});

it('is unavailable, not a refusal, while it has no keys at all; and keeps those that it has', async () => {
  const find = keysAt(url);
  const first = keys;
  keys = undefined;
  await expect(find(header('a'))).rejects.toMatchObject({ code: 'KEYS_UNAVAILABLE', statusCode: 503 });
  keys = first;
  vi.advanceTimersByTime(10_001);
  expect(await find(header('a'))).toMatch(PEM);
  keys = undefined;
  vi.advanceTimersByTime(300_001);
  expect(await find(header('a'))).toMatch(PEM);
});

it('gives a key for no other algorithm than its own', async () => {
  await expect(keysAt(url)(header('a', 'RS256'))).rejects.toThrow('has no key');
});
