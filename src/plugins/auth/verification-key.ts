/**
 * A key of a JWKS set that verifies signatures. Sets may have other entries: keys for encryption, unknown types of key,
 * broken entries. Those verify nothing, and do not affect the other keys.
 */
import { createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto';
import { type Algorithm, createVerifier } from 'fast-jwt';
import type { TokenClaims } from './claims.ts';

export interface TokenHeader {
  readonly alg: Algorithm;
  readonly kid?: string | undefined;
}

interface Entry extends JsonWebKey {
  readonly kid?: unknown;
  readonly alg?: unknown;
  readonly use?: unknown;
  readonly key_ops?: unknown;
}

const RSA: readonly Algorithm[] = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'];
/** By curve. The constructor fails for a key whose type (`kty`) does not have the curve. */
const CURVES: Readonly<Record<string, Algorithm>> = {
  'P-256': 'ES256',
  'P-384': 'ES384',
  'P-521': 'ES512',
  Ed25519: 'EdDSA',
  Ed448: 'EdDSA',
};
/** Shorter keys can be factored, now or soon. */
const SHORTEST_RSA_BITS = 2048;

/** The algorithms of tokens with published keys. A published key is never an HS256 secret. */
export const PUBLIC_KEY_ALGORITHMS: readonly Algorithm[] = [...RSA, ...new Set(Object.values(CURVES))];

type Check = (token: string) => TokenClaims;

export class VerificationKey {
  readonly kid: string | undefined;
  readonly #algorithms: readonly Algorithm[];
  readonly #pem: string;
  readonly #checks = new Map<Algorithm, Check>();

  private constructor(kid: string | undefined, algorithms: readonly Algorithm[], key: KeyObject) {
    this.kid = kid;
    this.#algorithms = algorithms;
    this.#pem = key.export({ type: 'spki', format: 'pem' }).toString();
  }

  /** The key of an entry of a set; undefined for an entry that verifies no signature. */
  static from(entry: unknown): VerificationKey | undefined {
    try {
      const algorithms = algorithmsOf(entry as Entry);
      if (algorithms.length === 0) return undefined;
      const { kid } = entry as Entry;
      const key = createPublicKey({ key: entry as Entry, format: 'jwk' });
      if ((key.asymmetricKeyDetails!.modulusLength ?? SHORTEST_RSA_BITS) < SHORTEST_RSA_BITS) return undefined;
      return new VerificationKey(typeof kid === 'string' ? kid : undefined, algorithms, key);
    } catch {
      // The entry is malformed, or its key is.
    }
    return undefined;
  }

  /** Whether the key may have signed a token with this header. Any key may have signed a token without `kid`. */
  fits({ alg, kid }: TokenHeader): boolean {
    return this.#algorithms.includes(alg) && (kid === undefined || kid === this.kid);
  }

  /**
   * @returns the claims, unchecked.
   * @throws {TokenError} if another key made the signature.
   */
  verify(token: string, algorithm: Algorithm): TokenClaims {
    let check = this.#checks.get(algorithm);
    // Stryker disable next-line ConditionalExpression: a repeated check has the same result, and takes longer
    if (!check) {
      check = signatureCheck(this.#pem, algorithm);
      // Stryker disable next-line CallExpression: the same
      this.#checks.set(algorithm, check);
    }
    return check(token);
  }
}

/** Checks algorithm and signature; `claims.ts` checks the claims. */
export const signatureCheck = (key: string, algorithm: Algorithm): Check =>
  createVerifier<string>({ key, algorithms: [algorithm], ignoreExpiration: true, ignoreNotBefore: true });

function algorithmsOf(entry: Entry): readonly Algorithm[] {
  const { use, key_ops: operations, alg, crv } = entry;
  if (use !== undefined && use !== 'sig') return [];
  if (operations !== undefined && !(Array.isArray(operations) && operations.includes('verify'))) return [];
  const possible = familyOf(entry);
  if (alg === undefined) return possible;
  return possible.filter((each) => each === alg || (each === 'EdDSA' && alg === crv));
}

function familyOf({ kty, crv }: Entry): readonly Algorithm[] {
  if (kty === 'RSA') return RSA;
  return Object.hasOwn(CURVES, crv!) ? [CURVES[crv!]!] : [];
}
