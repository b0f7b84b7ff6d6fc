/** From the `Authorization` header to `request.viewer`: how long a viewer is remembered, and what a refusal reveals. */
import { createHmac } from 'node:crypto';
import Fastify, { type FastifyInstance } from 'fastify';
import { problems } from 'hotpath/edge';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Config, loadConfig } from '../../../src/config/config.ts';
import { auth } from '../../../src/plugins/auth/auth.ts';
import { TEST_SECRET, testEnvironment } from '../../support/app.ts';
import { type Issuer, issuerKey, openIssuer } from '../../support/issuer.ts';

const NOW = Date.UTC(2030, 0, 1);
const MINUTE = 60_000;
const base = { ...loadConfig(testEnvironment('postgres://u:p@127.0.0.1:1/d')).auth, clockToleranceMs: 0 };
const claims = (minutes = 60) => ({ iss: 'hotpath', aud: 'hotpath', exp: NOW / 1000 + minutes * 60, sub: '7' });

const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
function token(of: object): string {
  const signed = `${part({ alg: 'HS256' })}.${part(of)}`;
  return `${signed}.${createHmac('sha256', TEST_SECRET).update(signed).digest('base64url')}`;
}

const lines: Record<string, unknown>[] = [];

function service(config: Config['auth']): FastifyInstance {
  const stream = { write: (line: string) => void lines.push(JSON.parse(line)) };
  const app = Fastify({ logger: { level: 'debug', stream } });
  app.register(problems);
  app.register(auth, { config });
  app.get('/who', async ({ viewer }) => viewer);
  app.post('/who', async ({ viewer }) => viewer);
  return app;
}

const asked = async (app: FastifyInstance, authorization?: string) => {
  const reply = await app.inject({ url: '/who', headers: authorization === undefined ? {} : { authorization } });
  return { status: reply.statusCode, challenge: reply.headers['www-authenticate'], ...reply.json() };
};

beforeEach(() => {
  vi.useFakeTimers({ now: NOW, toFake: ['Date', 'performance'] });
  lines.length = 0;
});
afterEach(() => void vi.useRealTimers());

describe('with a secret', () => {
  let app: FastifyInstance;
  beforeAll(async () => {
    app = service(base);
    await app.ready();
  });
  afterAll(() => app.close());

  it('the plugin has its name, and each request has the properties for its results', () => {
    expect(app.hasPlugin('auth')).toBe(true);
    expect([app.hasRequestDecorator('viewer'), app.hasRequestDecorator('refusal')]).toEqual([true, true]);
  });

  it.each([['Bearer '], ['bearer   '], ['BEARER ']])('a token is found after "%s"', async (before) => {
    expect(await asked(app, `${before}${token(claims())}`)).toMatchObject({ subject: '7', role: 'user' });
  });

  it('without a header the viewer is the public', async () => {
    expect(await asked(app)).toEqual({ status: 200, role: 'public' });
  });

  it.each<[string, string]>([
    ['', 'Bearer'],
    ['Basic YTpi', 'Bearer'],
    [`Basic Bearer ${token(claims())}`, 'Bearer'],
    [token(claims()), 'Bearer'],
    [`xBearer ${token(claims())}`, 'Bearer'],
    [`Bearer${token(claims())}`, 'Bearer'],
    ['Bearer', 'Bearer error="invalid_token", error_description="The Authorization header must be `Bearer <token>`."'],
    ['bearer a.b', expect.stringMatching(/^Bearer error="invalid_token", /)],
    [`Bearer ${token(claims())}.x`, expect.stringMatching(/^Bearer error/)],
    [`Bearer ${token(claims())} x`, expect.stringMatching(/^Bearer error/)],
    [`Bearer x ${token(claims())}`, expect.stringMatching(/^Bearer error/)],
    [`Bearer ${token(claims()).replace('.', '..')}`, expect.stringMatching(/^Bearer error/)],
    ['Bearer .b.c', expect.stringMatching(/^Bearer error/)],
    ['Bearer a..c', expect.stringMatching(/^Bearer error/)],
    ['Bearer a.b.', expect.stringMatching(/^Bearer error/)],
    ['Bearer a.b.c+', expect.stringMatching(/^Bearer error/)],
  ])('"%s" is not a bearer token', async (authorization, challenge) => {
    expect(await asked(app, authorization)).toMatchObject({
      status: 401,
      challenge,
      detail: 'The Authorization header must be `Bearer <token>`.',
    });
  });

  it('a token with every allowed character is valid', async () => {
    expect(await asked(app, 'Bearer a-_0.b.c')).toMatchObject({ detail: 'The token is invalid.' });
  });

  it('a token is remembered until it expires, to the millisecond', async () => {
    const brief = `Bearer ${token(claims(1))}`;
    expect(await asked(app, brief)).toMatchObject({ subject: '7' });
    vi.setSystemTime(NOW + MINUTE - 1);
    expect(await asked(app, brief)).toMatchObject({ subject: '7' });
    vi.setSystemTime(NOW + MINUTE);
    expect(await asked(app, brief)).toMatchObject({
      status: 401,
      detail: 'The token has expired.',
      challenge: 'Bearer error="invalid_token", error_description="The token has expired."',
    });
  });

  it('the reason for a refusal is logged, and not sent', async () => {
    expect(await asked(app, `Bearer ${token({ ...claims(), iss: 'x' })}`)).toMatchObject({
      status: 401,
      detail: 'The token is invalid.',
      challenge: 'Bearer error="invalid_token", error_description="The token is invalid."',
    });
    expect(lines).toContainEqual(
      expect.objectContaining({ level: 20, msg: 'The service refused a token.', reason: 'iss is not JWT_ISSUER' }),
    );
  });

  it('a refusal is thrown before the body is read', async () => {
    const reply = await app.inject({
      method: 'POST',
      url: '/who',
      headers: { authorization: 'Bearer a.b.c', 'content-type': 'application/json' },
      payload: '{',
    });
    expect(reply.statusCode).toBe(401);
  });
});

describe('with keys', () => {
  const key = issuerKey('ES256', { kid: 'a' });
  let issuer: Issuer;
  let app: FastifyInstance;
  beforeEach(async () => {
    issuer = await openIssuer([key.entry]);
    app = service({ ...base, secret: undefined, jwksUrl: issuer.url } as Config['auth']);
    await app.ready();
  });
  afterEach(async () => {
    await app.close();
    await issuer.close();
  });

  it('a token is remembered for ten minutes, and not longer than its key is published', async () => {
    const authorization = `Bearer ${key.sign(claims())}`;
    expect(await asked(app, authorization)).toMatchObject({ subject: '7' });
    issuer.keys = [];
    vi.advanceTimersByTime(10 * MINUTE - 1);
    expect(await asked(app, authorization)).toMatchObject({ subject: '7' });
    expect(issuer.asked).toBe(1);
    vi.advanceTimersByTime(1);
    expect(await asked(app, authorization)).toMatchObject({ status: 401, detail: 'The token is invalid.' });
    expect(issuer.asked).toBe(2);
  });

  it('an unreachable issuer is a 503 without a challenge, and is logged', async () => {
    issuer.keys = undefined;
    expect(await asked(app, `Bearer ${key.sign(claims())}`)).toMatchObject({
      status: 503,
      code: 'KEYS_UNAVAILABLE',
      challenge: undefined,
    });
    expect(lines).toContainEqual(
      expect.objectContaining({
        level: 40,
        msg: 'The keys at JWKS_URL cannot be fetched.',
        err: expect.objectContaining({ message: 'The issuer answered 500.' }),
      }),
    );
  });
});
