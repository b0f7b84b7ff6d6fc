/** Verifies tokens with the secret, or with the keys of an issuer, and the reasons for refusals. */
import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { loadConfig } from '../../../src/config/config.ts';
import { TokenRefusal } from '../../../src/plugins/auth/claims.ts';
import { signatureVerifier } from '../../../src/plugins/auth/verify.ts';
import { testEnvironment } from '../../support/app.ts';
import { type Issuer, issuerKey, openIssuer } from '../../support/issuer.ts';

const SECRET = 'a secret of thirty-two characters';
const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
function token(header: object, secret = SECRET): string {
  const signed = `${part(header)}.${part({ sub: '7' })}`;
  return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`;
}
const refused = (reason: string | RegExp) => async (verifying: Promise<unknown>) => {
  await expect(verifying).rejects.toThrow(reason);
  await expect(verifying).rejects.toBeInstanceOf(TokenRefusal);
};

const base = () => loadConfig(testEnvironment('postgres://u:p@127.0.0.1:1/d')).auth;

describe('with a secret', () => {
  const verify = signatureVerifier({ ...base(), secret: SECRET, jwksUrl: undefined } as never, () => {});

  it.each(['JWT', 'jwt', 'at+jwt', 'application/at+jwt', 'application/JWT', undefined, null])(
    'accepts a token of the type %j',
    async (typ) => {
      expect(await verify(token({ alg: 'HS256', typ, kid: 'any' }))).toMatchObject({ sub: '7' });
    },
  );

  it.each<[string | RegExp, object]>([
    ['crit names extensions', { alg: 'HS256', crit: [] }],
    ['kid is not a text', { alg: 'HS256', kid: 7 }],
    ['typ is not that of an access token', { alg: 'HS256', typ: 'logout+jwt' }],
    ['typ is not that of an access token', { alg: 'HS256', typ: '' }],
    ['typ is not that of an access token', { alg: 'HS256', typ: 'japplication/wt' }],
    ['typ is not that of an access token', { alg: 'HS256', typ: 'application/' }],
    [/algorithm/, { alg: 'HS512' }],
  ])('refuses: %s, for %j', async (reason, header) => {
    await refused(reason)(verify(token(header)));
  });

  it('refuses another secret, and a text that is not a token', async () => {
    await refused(/signature/)(verify(token({ alg: 'HS256' }, 'x'.repeat(32))));
    await refused(/malformed|token/i)(verify('a.b.c'));
  });
});

describe('with keys', () => {
  const [one, two] = [issuerKey('ES256', { kid: 'a' }), issuerKey('ES256', { kid: 'a' })];
  const nameless = issuerKey('ES256');
  let issuer: Issuer;
  const failures: string[] = [];

  beforeAll(async () => {
    issuer = await openIssuer();
  });
  beforeEach(() => {
    issuer.keys = [one.entry, two.entry];
    issuer.asked = 0;
    failures.length = 0;
    vi.useFakeTimers({ toFake: ['performance'] });
    return () => void vi.useRealTimers();
  });
  afterAll(() => issuer.close());

  const verifier = () =>
    signatureVerifier({ ...base(), secret: undefined, jwksUrl: issuer.url } as never, ({ message }) =>
      failures.push(message),
    );

  it('accepts the signature of any key with the name', async () => {
    const verify = verifier();
    for (const { sign } of [one, two]) expect(await verify(sign({ sub: '7' }))).toMatchObject({ sub: '7' });
    expect(issuer.asked).toBe(1);
  });

  it('refuses a signature of no key', async () => {
    const third = issuerKey('ES256', { kid: 'a' });
    await refused('the issuer has no key that verifies it')(verifier()(third.sign({ sub: '7' })));
  });

  it('fetches the keys again before it refuses', async () => {
    const verify = verifier();
    const third = issuerKey('ES256', { kid: 'a' });
    await refused('the issuer has no key')(verify(third.sign({ sub: '7' })));
    issuer.keys = [third.entry];
    vi.advanceTimersByTime(10_001);
    expect(await verify(third.sign({ sub: '7' }))).toMatchObject({ sub: '7' });
    expect(issuer.asked).toBe(2);
  });

  it('refuses an algorithm of secrets before it fetches any key', async () => {
    const verify = verifier();
    await refused('alg is not one of public keys')(verify(token({ alg: 'HS256', kid: 'a' }, one.pem)));
    await refused('alg is not one of public keys')(verify(token({ alg: 'none' })));
    expect(issuer.asked).toBe(0);
    await refused('kid is not a text')(verify(token({ alg: 'ES256', kid: 7 })));
  });

  it('reports an unreachable issuer, which is not a refusal, with the reason', async () => {
    issuer.keys = undefined;
    const asked = verifier()(nameless.sign({ sub: '7' }));
    await expect(asked).rejects.toMatchObject({ code: 'KEYS_UNAVAILABLE' });
    await expect(asked).rejects.not.toBeInstanceOf(TokenRefusal);
    expect(failures).toEqual(['The issuer answered 500.']);
  });
});
