/** Verifies a token: its algorithm and its signature, with JWT_SECRET or with the keys that an issuer publishes. */
import { createDecoder } from 'fast-jwt';
import { isRequestError } from 'hotpath';
import type { Config } from '../../config/config.ts';
import { type TokenClaims, TokenRefusal } from './claims.ts';
import { KeySet, type OnKeysFailure } from './jwks.ts';
import { PUBLIC_KEY_ALGORITHMS, signatureCheck, type TokenHeader, type VerificationKey } from './verification-key.ts';

/**
 * @returns the claims of a token with a valid signature.
 * @throws {TokenRefusal}, or `keysUnavailable`
 */
export type VerifySignature = (token: string) => Promise<TokenClaims>;

export function signatureVerifier({ secret, jwksUrl }: Config['auth'], onKeysFailure: OnKeysFailure): VerifySignature {
  const verify = secret ? bySecret(secret) : byKeys(new KeySet(jwksUrl!, onKeysFailure));
  return async (token) => {
    try {
      return await verify(token);
    } catch (error) {
      if (error instanceof TokenRefusal || isRequestError(error)) throw error;
      throw new TokenRefusal((error as Error).message);
    }
  };
}

function bySecret(secret: string): (token: string) => TokenClaims {
  const check = signatureCheck(secret, 'HS256');
  return (token) => {
    headerOf(token);
    return check(token);
  };
}

function byKeys(keys: KeySet): VerifySignature {
  return async (token) => {
    const header = headerOf(token);
    if (!PUBLIC_KEY_ALGORITHMS.includes(header.alg)) throw new TokenRefusal('alg is not one of public keys');
    const claims =
      verifiedByAny(token, header, await keys.find(header)) ??
      verifiedByAny(token, header, await keys.findAnew(header));
    if (!claims) throw new TokenRefusal('the issuer has no key that verifies it');
    return claims;
  };
}

function verifiedByAny(token: string, { alg }: TokenHeader, keys: readonly VerificationKey[]): TokenClaims | undefined {
  for (const key of keys) {
    try {
      return key.verify(token, alg);
    } catch {
      // Another key may verify it.
    }
  }
  return undefined;
}

const decode = createDecoder({ complete: true });

/** Tokens with another purpose, such as a logout, have a type of their own. */
const TYPES = ['jwt', 'at+jwt'];

/** @throws {TokenRefusal} for a header with an unsupported requirement. */
function headerOf(token: string): TokenHeader {
  const { header } = decode(token) as { header: Readonly<Record<string, unknown>> };
  const { alg, kid, typ } = header;
  if (Object.hasOwn(header, 'crit')) throw new TokenRefusal('crit names extensions');
  if (kid !== undefined && typeof kid !== 'string') throw new TokenRefusal('kid is not a text');
  const type = String(typ ?? 'JWT')
    .toLowerCase()
    .replace(/^application\//, '');
  if (!TYPES.includes(type)) throw new TokenRefusal('typ is not that of an access token');
  return { alg: alg as TokenHeader['alg'], kid };
}
