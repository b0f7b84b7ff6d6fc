import { generateKeyPairSync } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createSigner, type SignerOptions } from 'fast-jwt';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type App, buildApp } from '../../src/app.ts';
import { loadConfig } from '../../src/config.ts';
import { as, TEST_SECRET, testEnvironment, useApp } from '../support/app.ts';
import { testDatabaseUrl } from '../support/database.ts';

const whoAmI = (app: App) => app.get('/who', { config: { budget: 0 } }, async ({ viewer }) => viewer);

const ask = (app: App, authorization?: string) =>
  app.inject({ url: '/who', headers: authorization === undefined ? {} : { authorization } });

const claims = { iss: 'hotpath', aud: 'hotpath', expiresIn: 60_000 };

describe('with a secret', () => {
  const app = useApp({ extend: whoAmI });
  const token = (
    options: Partial<SignerOptions> & { key?: string } = {},
    payload: object = { sub: '7', role: 'user' },
  ) => `Bearer ${createSigner({ key: TEST_SECRET, algorithm: 'HS256', ...claims, ...options })(payload)}`;

  it('takes who brings no token for the public', async () => {
    expect((await ask(app())).json()).toEqual({ role: 'public' });
  });

  it('knows the subject and the role of a token', async () => {
    expect((await ask(app(), as(7, 'admin').authorization)).json()).toEqual({ subject: '7', role: 'admin' });
    expect((await ask(app(), token({}, { sub: '7' }))).json()).toEqual({ subject: '7', role: 'user' });
  });

  const unsigned = `${Buffer.from('{"alg":"none","typ":"JWT"}').toString('base64url')}.${Buffer.from(
    JSON.stringify({ sub: '1', iss: 'hotpath', aud: 'hotpath', exp: 4_000_000_000 }),
  ).toString('base64url')}.`;

  it.each([
    ['another secret', () => token({ key: 'x'.repeat(32) })],
    ['another algorithm', () => token({ algorithm: 'HS512' })],
    ['another issuer', () => token({ iss: 'someone' })],
    ['another audience', () => token({ aud: 'someone' })],
    ['no expiry', () => `Bearer ${createSigner({ key: TEST_SECRET, iss: 'hotpath', aud: 'hotpath' })({ sub: '7' })}`],
    ['no subject', () => token({}, { role: 'admin' })],
    ['a subject that is no text', () => token({}, { sub: 7 })],
    ['no signature', () => `Bearer ${unsigned}`],
    ['an empty signature of a signed one', () => token().replace(/[^.]+$/, '')],
    ['no token at all', () => 'Bearer'],
    ['another scheme', () => 'Basic YTpi'],
  ])('refuses %s', async (_name, authorization) => {
    const reply = await ask(app(), authorization());
    expect(reply.statusCode).toBe(401);
    expect(reply.headers['www-authenticate']).toBe('Bearer');
    expect(reply.json().code).toBe('UNAUTHENTICATED');
  });

  it('refuses a remembered token from the moment it expires', async () => {
    const brief = token({ expiresIn: 1000 });
    expect((await ask(app(), brief)).statusCode).toBe(200);
    await expect.poll(async () => (await ask(app(), brief)).statusCode, { timeout: 5000 }).toBe(401);
    expect((await ask(app(), brief)).json().detail).toBe('The token has expired.');
  });
});

describe('with a JWKS URL', () => {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const key = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  let issuer: Server;
  let app: App;

  beforeAll(async () => {
    const keys = { keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'k1', alg: 'RS256', use: 'sig' }] };
    issuer = createServer((request, response) => {
      response.statusCode = request.url === '/keys.json' ? 200 : 404;
      response.setHeader('content-type', 'application/json').end(JSON.stringify(keys));
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => issuer.once('listening', resolve));
    const url = `http://127.0.0.1:${(issuer.address() as AddressInfo).port}/keys.json`;
    app = buildApp(
      loadConfig({
        ...testEnvironment(await testDatabaseUrl()),
        JWT_SECRET: '',
        SIGNING_SECRET: TEST_SECRET,
        JWKS_URL: url,
      }),
    );
    whoAmI(app);
    await app.ready();
  });

  afterAll(async () => {
    await app.close();
    issuer.close();
  });

  const token = (kid: string) =>
    `Bearer ${createSigner({ key, algorithm: 'RS256', kid, ...claims })({ sub: '7', role: 'user' })}`;

  it('verifies with the key that the token names', async () => {
    expect((await ask(app, token('k1'))).json()).toEqual({ subject: '7', role: 'user' });
  });

  it('refuses a key that is not there', async () => {
    expect((await ask(app, token('k2'))).statusCode).toBe(401);
  });

  it('tells an issuer that is away from a token that does not hold', async () => {
    const url = 'http://127.0.0.1:9/keys.json';
    const alone = buildApp(
      loadConfig({
        ...testEnvironment(await testDatabaseUrl()),
        JWT_SECRET: '',
        SIGNING_SECRET: TEST_SECRET,
        JWKS_URL: url,
      }),
    );
    whoAmI(alone);
    const reply = await ask(alone, token('k1'));
    expect([reply.statusCode, reply.json().code]).toEqual([503, 'KEYS_UNAVAILABLE']);
    expect((await ask(alone)).json()).toEqual({ role: 'public' });
    await alone.close();
  });

  it('refuses a token that is signed with the public key as a secret', async () => {
    const secret = publicKey.export({ type: 'spki', format: 'pem' }).toString();
    const forged = createSigner({ key: Buffer.from(secret), algorithm: 'HS256', kid: 'k1', ...claims });
    expect((await ask(app, `Bearer ${forged({ sub: '1', role: 'admin' })}`)).statusCode).toBe(401);
  });
});
