import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type App, buildApp } from '../../src/app.ts';
import { loadConfig } from '../../src/config/config.ts';
import { as, TEST_SECRET, testEnvironment, useApp } from '../support/app.ts';
import { testDatabaseUrl } from '../support/database.ts';
import { type Issuer, issuerKey, openIssuer } from '../support/issuer.ts';

const whoAmI = (app: App) => app.get('/who', { config: { budget: 0 } }, async ({ viewer }) => viewer);

const ask = (app: App, authorization?: string) =>
  app.inject({ url: '/who', headers: authorization === undefined ? {} : { authorization } });

const seconds = (fromNow: number) => Math.floor(Date.now() / 1000) + fromNow;
const claims = () => ({ iss: 'hotpath', aud: 'hotpath', exp: seconds(60), sub: '7', role: 'user' });

const part = (text: string) => Buffer.from(text).toString('base64url');
/** @param claims an object, or the text of the payload. */
function token(claims: object | string, header: object = { alg: 'HS256', typ: 'JWT' }, secret = TEST_SECRET): string {
  const payload = typeof claims === 'string' ? claims : JSON.stringify(claims);
  const signed = `${part(JSON.stringify(header))}.${part(payload)}`;
  return `Bearer ${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`;
}

const INVALID = 'Bearer error="invalid_token", error_description="The token is invalid."';

describe('with a secret', () => {
  const app = useApp({ extend: whoAmI, environment: { JWT_CLOCK_TOLERANCE_MS: '0' } });
  const viewer = async (of: object | string) => (await ask(app(), token(of))).json();

  it('takes a client without a token for the public', async () => {
    expect((await ask(app())).json()).toEqual({ role: 'public' });
  });

  it('reads the subject and the role of a token', async () => {
    expect((await ask(app(), as(7, 'admin').authorization)).json()).toEqual({ subject: '7', role: 'admin' });
    expect(await viewer({ ...claims(), role: undefined })).toEqual({ subject: '7', role: 'user' });
    expect(await viewer({ ...claims(), role: 'auditor' })).toEqual({ subject: '7', role: 'auditor' });
  });

  it('takes the strongest role of a list, and no unknown role', async () => {
    expect(await viewer({ ...claims(), role: ['user', 7, 'admin'] })).toMatchObject({ role: 'admin' });
    expect(await viewer({ ...claims(), role: ['auditor'] })).toMatchObject({ role: 'user' });
    expect(await viewer({ ...claims(), role: [] })).toMatchObject({ role: 'user' });
  });

  it('accepts one of several audiences, an expiry in the far future, and a fraction of a second', async () => {
    expect(await viewer({ ...claims(), aud: ['other', 'hotpath'] })).toMatchObject({ subject: '7' });
    expect(await viewer({ ...claims(), exp: 1e300 })).toMatchObject({ subject: '7' });
    expect(await viewer({ ...claims(), exp: seconds(60) + 0.5 })).toMatchObject({ subject: '7' });
    expect(await viewer({ ...claims(), nbf: seconds(-1) })).toMatchObject({ subject: '7' });
  });

  it('takes the last of a repeated claim', async () => {
    const twice = (first: string, second: string) =>
      JSON.stringify(claims()).replace('"sub":"7"', `"sub":"${first}","sub":"${second}"`);
    expect(await viewer(twice('1', '7'))).toMatchObject({ subject: '7' });
  });

  const unsigned = (alg: string) => `Bearer ${part(`{"alg":"${alg}"}`)}.${part(JSON.stringify(claims()))}.`;

  it.each<[string, () => string]>([
    ['another secret', () => token(claims(), undefined, 'x'.repeat(32))],
    ['another algorithm', () => token(claims(), { alg: 'HS512' })],
    ['alg: none', () => unsigned('none')],
    ['alg: None', () => unsigned('None')],
    ['alg: none, with a signature', () => token(claims(), { alg: 'none' })],
    ['no signature', () => unsigned('HS256')],
    ['an empty signature of a signed one', () => token(claims()).replace(/[^.]+$/, '')],
    ['no algorithm', () => token(claims(), {})],
    ['extensions that must be understood', () => token(claims(), { alg: 'HS256', crit: ['b64'], b64: false })],
    ['an empty list of extensions', () => token(claims(), { alg: 'HS256', crit: [] })],
    ['an empty text for extensions', () => token(claims(), { alg: 'HS256', crit: '' })],
    ['the type of a logout', () => token(claims(), { alg: 'HS256', typ: 'logout+jwt' })],
    ['a kid that is a number', () => token(claims(), { alg: 'HS256', kid: 7 })],
    ['a payload that is a list', () => token('[]')],
    ['a payload that is not JSON', () => token('{"sub":')],
    ['a payload in which the claims are on the prototype', () => token(JSON.stringify({ __proto__: claims() }))],
  ])('refuses %s', async (_name, authorization) => {
    const reply = await ask(app(), authorization());
    expect([reply.statusCode, reply.json().code]).toEqual([401, 'UNAUTHENTICATED']);
    expect(reply.json().detail).not.toMatch(/signature|secret|alg/i);
  });

  it.each<[string, object]>([
    ['no issuer', { iss: undefined }],
    ['another issuer', { iss: 'someone' }],
    ['a list of issuers', { iss: ['hotpath'] }],
    ['no audience', { aud: undefined }],
    ['another audience', { aud: 'someone' }],
    ['no audience in the list', { aud: [] }],
    ['an audience that is an object', { aud: { hotpath: 'hotpath' } }],
    ['a list of audiences in a list', { aud: [['hotpath'], 'hotpath'] }],
    ['neither issuer nor audience', { iss: undefined, aud: undefined }],
    ['no expiry', { exp: undefined }],
    ['an expiry that is a text', { exp: String(seconds(60)) }],
    ['an expiry that is a list', { exp: [seconds(60)] }],
    ['an expiry that is null', { exp: null }],
    ['a time that is not reached', { nbf: seconds(60) }],
    ['a time that no date can hold', { nbf: 1e300 }],
    ['a begin that is a text', { nbf: '1' }],
    ['no subject', { sub: undefined }],
    ['a subject that is a number', { sub: 7 }],
    ['a subject that is a list', { sub: ['7'] }],
    ['an empty subject', { sub: '' }],
    ['a subject of two lines', { sub: '7\nadmin' }],
    ['a subject with a NUL', { sub: '7\0' }],
    ['a subject with half a surrogate pair', { sub: '7\ud800' }],
    ['a subject of 256 characters', { sub: 'x'.repeat(256) }],
    ['an empty role', { role: '' }],
    ['a role of two lines', { role: 'user\nadmin' }],
    ['a role that is an object', { role: { admin: true } }],
    ['a role that is null', { role: null }],
  ])('refuses %s, and does not name the fault', async (_name, more) => {
    const reply = await ask(app(), token({ ...claims(), ...more }));
    expect([reply.statusCode, reply.json().detail]).toEqual([401, 'The token is invalid.']);
    expect(reply.headers['www-authenticate']).toBe(INVALID);
  });

  it.each([-1, -1e300, 0, 1.5])('says that a token has expired, at %s too', async (exp) => {
    const reply = await ask(app(), token({ ...claims(), exp }));
    expect([reply.statusCode, reply.json().detail]).toEqual([401, 'The token has expired.']);
  });

  it('accepts a token of 15,000 bytes, which Node.js still reads', async () => {
    expect(await viewer({ ...claims(), note: 'x'.repeat(11_000) })).toMatchObject({ subject: '7' });
  });

  it.each(['Basic YTpi', 'Bearer', 'Bearer a.b', 'Bearer a.b.c.d', 'Bearer é.b.c', ''])(
    'names an error only to clients with a bearer token: %s',
    async (authorization) => {
      const reply = await ask(app(), authorization);
      expect(reply.statusCode).toBe(401);
      const error = /^Bearer/.test(authorization) ? /^Bearer error="invalid_token", / : /^Bearer$/;
      expect(reply.headers['www-authenticate']).toMatch(error);
    },
  );

  it('refuses a remembered token from the moment it expires', async () => {
    const brief = token({ ...claims(), exp: seconds(2) });
    expect((await ask(app(), brief)).statusCode).toBe(200);
    await expect.poll(async () => (await ask(app(), brief)).statusCode, { timeout: 5000 }).toBe(401);
    expect((await ask(app(), brief)).json().detail).toBe('The token has expired.');
  });
});

describe('with claims of other names, clocks that differ, and a longest lifetime', () => {
  const app = useApp({
    extend: whoAmI,
    environment: {
      JWT_SUBJECT_CLAIM: 'https://id.example/user',
      JWT_ROLE_CLAIM: 'realm_access.roles',
      JWT_ROLES: 'boss,admin,user',
      JWT_CLOCK_TOLERANCE_MS: '30000',
      JWT_MAX_LIFETIME_MS: '3600000',
    },
  });
  const named = () => ({ ...claims(), 'https://id.example/user': 7, realm_access: { roles: ['user', 'admin'] } });
  const status = async (more: object) => (await ask(app(), token({ ...named(), ...more }))).statusCode;

  it('finds them, at the root or below', async () => {
    expect((await ask(app(), token(named()))).json()).toEqual({ subject: '7', role: 'admin' });
    expect((await ask(app(), token({ ...named(), realm_access: null }))).json()).toMatchObject({ role: 'user' });
    expect(await status({ 'https://id.example/user': undefined })).toBe(401);
  });

  it('accepts a token within the tolerance and no other', async () => {
    expect(await status({ exp: seconds(-20), nbf: seconds(20) })).toBe(200);
    expect(await status({ exp: seconds(-31) })).toBe(401);
    expect(await status({ nbf: seconds(35) })).toBe(401);
  });

  it('refuses a token that lives longer', async () => {
    expect(await status({ exp: seconds(3600) })).toBe(200);
    expect(await status({ exp: seconds(3700) })).toBe(401);
    expect(await status({ exp: 1e300 })).toBe(401);
  });
});

describe('with a JWKS URL', () => {
  const first = issuerKey('RS256', { kid: 'k1', alg: 'RS256', use: 'sig' });
  const forEncryption = issuerKey('RS256', { kid: 'k1', use: 'enc' });
  const sameName = issuerKey('ES256', { kid: 'k1' });
  const nameless = issuerKey('EdDSA');
  let issuer: Issuer;
  let app: App;

  const start = async (jwksUrl: string) => {
    const environment = { ...testEnvironment(await testDatabaseUrl()), JWT_SECRET: '', SIGNING_SECRET: TEST_SECRET };
    const made = buildApp(loadConfig({ ...environment, JWKS_URL: jwksUrl }));
    whoAmI(made);
    await made.ready();
    return made;
  };

  beforeAll(async () => {
    issuer = await openIssuer([forEncryption.entry, null, sameName.entry, first.entry, nameless.entry]);
    app = await start(issuer.url);
  });

  afterAll(async () => {
    await app.close();
    await issuer.close();
  });

  const status = async (of: string) => (await ask(app, `Bearer ${of}`)).statusCode;

  it.each([
    ['the key that the token names', first],
    ['the one of its type of two with one name', sameName],
    ['a key without a name', nameless],
  ])('verifies with %s', async (_name, { sign }) => {
    expect((await ask(app, `Bearer ${sign(claims())}`)).json()).toEqual({ subject: '7', role: 'user' });
  });

  it('verifies a token that names no key', async () => {
    expect(await status(first.sign(claims(), {}))).toBe(200);
  });

  it('checks the claims as well', async () => {
    for (const name of ['iss', 'aud', 'exp', 'sub']) {
      expect(await status(first.sign({ ...claims(), [name]: undefined, iat: undefined }))).toBe(401);
    }
    expect(await status(first.sign({ ...claims(), nbf: seconds(60) }))).toBe(401);
  });

  it('refuses a missing key, and one for encryption', async () => {
    expect(await status(first.sign(claims(), { kid: 'k2' }))).toBe(401);
    expect(await status(forEncryption.sign(claims()))).toBe(401);
  });

  it('refuses a token that is signed with the public key as a secret', async () => {
    const forged = (alg: string) =>
      token({ ...claims(), role: 'admin' }, { alg, kid: 'k1', typ: 'JWT' }, first.pem).slice('Bearer '.length);
    expect(await status(forged('HS256'))).toBe(401);
    expect(await status(forged('RS256'))).toBe(401);
  });

  it('accepts a key by which the issuer has replaced another of the same name', async () => {
    const rotating = await openIssuer([issuerKey('RS256', { kid: 'k1' }).entry]);
    const own = await start(rotating.url);
    const renewed = issuerKey('RS256', { kid: 'k1' });
    const asked = async () => (await ask(own, `Bearer ${renewed.sign(claims())}`)).statusCode;
    expect(await asked()).toBe(401);
    rotating.keys = [renewed.entry];
    await expect.poll(asked, { timeout: 15_000, interval: 500 }).toBe(200);
    await own.close();
    await rotating.close();
  });

  it('distinguishes an unreachable issuer from an invalid token', async () => {
    const alone = await start('http://127.0.0.1:9/keys.json');
    const reply = await ask(alone, `Bearer ${first.sign(claims())}`);
    expect([reply.statusCode, reply.json().code]).toEqual([503, 'KEYS_UNAVAILABLE']);
    expect((await ask(alone)).json()).toEqual({ role: 'public' });
    await alone.close();
  });
});
