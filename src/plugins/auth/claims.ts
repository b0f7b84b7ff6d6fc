/**
 * The claims of a token with a valid signature: the required claims, and the viewer that they name.
 *
 * `iss`, `aud`, `exp` and the subject are required. `fast-jwt` checks a claim only if the token has it, and throws a
 * RangeError for a time that no `Date` can hold. So this file checks every claim.
 *
 *     { "iss": "hotpath", "aud": ["hotpath"], "exp": 1795000000, "sub": "7", "role": "admin" }
 */
import type { Viewer } from 'hotpath';

export type TokenClaims = Readonly<Record<string, unknown>>;

export interface ClaimRules {
  readonly issuer: string;
  readonly audience: string;
  /** The name of the claim, or a path between dots: `realm_access.roles`. */
  readonly subjectClaim: string;
  readonly roleClaim: string;
  /** The roles that a list may name, the strongest first. */
  readonly roles: readonly string[];
  /** How far the clocks of issuer and service may differ. */
  readonly clockToleranceMs: number;
  /** The longest time from now until `exp`; 0 for any. */
  readonly maxLifetimeMs: number;
}

/** A viewer, and the time at which its token expires, in milliseconds since 1970. */
export interface TokenHolder {
  readonly viewer: Viewer;
  readonly until: number;
}

/** A token is refused. The message is for the operator's log; the client learns only whether the token has expired. */
export class TokenRefusal extends Error {
  override readonly name = 'TokenRefusal';
  readonly isExpired: boolean;

  constructor(reason: string, isExpired = false) {
    super(reason);
    this.isExpired = isExpired;
  }
}

/** The longest subject that OpenID Connect allows. */
const LONGEST_NAME = 255;
const DEFAULT_ROLE = 'user';

/** @throws {TokenRefusal} */
export function holderOf(claims: TokenClaims, rules: ClaimRules): TokenHolder {
  if (ownClaim(claims, 'iss') !== rules.issuer) throw new TokenRefusal('iss is not JWT_ISSUER');
  if (!isAudience(ownClaim(claims, 'aud'), rules.audience)) throw new TokenRefusal('aud does not name JWT_AUDIENCE');
  const until = expiryOf(claims, rules);
  mustHaveBegun(claims, rules);
  return { viewer: { subject: subjectOf(claims, rules), role: roleOf(claims, rules) }, until };
}

/** The claims that name a viewer, as `holderOf` reads them. */
export const claimsFor = ({ subject, role }: Viewer, { subjectClaim, roleClaim }: ClaimRules): TokenClaims => ({
  [subjectClaim]: subject,
  [roleClaim]: role,
});

function isAudience(given: unknown, wanted: string): boolean {
  if (!Array.isArray(given)) return given === wanted;
  return given.every((name) => typeof name === 'string') && given.includes(wanted);
}

function expiryOf(claims: TokenClaims, { clockToleranceMs, maxLifetimeMs }: ClaimRules): number {
  const exp = ownClaim(claims, 'exp');
  if (typeof exp !== 'number') throw new TokenRefusal('exp is not a number');
  const now = Date.now();
  const until = exp * 1000 + clockToleranceMs;
  if (now >= until) throw new TokenRefusal('exp is over', true);
  if (maxLifetimeMs > 0 && until - now > maxLifetimeMs + 2 * clockToleranceMs) {
    throw new TokenRefusal('exp is later than JWT_MAX_LIFETIME_MS allows');
  }
  return until;
}

function mustHaveBegun(claims: TokenClaims, { clockToleranceMs }: ClaimRules): void {
  const nbf = ownClaim(claims, 'nbf');
  if (nbf === undefined) return;
  if (typeof nbf !== 'number') throw new TokenRefusal('nbf is not a number');
  if (nbf * 1000 - clockToleranceMs > Date.now()) throw new TokenRefusal('nbf is not reached');
}

function subjectOf(claims: TokenClaims, { subjectClaim }: ClaimRules): string {
  const found = claimAt(claims, subjectClaim);
  // RFC 7519 makes `sub` a text. An issuer's own claim may be an integer, such as a row's id.
  const subject = subjectClaim !== 'sub' && Number.isSafeInteger(found) ? String(found) : found;
  if (!isName(subject)) throw new TokenRefusal(`${subjectClaim} is not a valid subject`);
  return subject;
}

/** A text is the role. Of a list, the role is the strongest that the service knows. */
function roleOf(claims: TokenClaims, { roleClaim, roles }: ClaimRules): string {
  const found = claimAt(claims, roleClaim);
  if (found === undefined) return DEFAULT_ROLE;
  if (Array.isArray(found)) return roles.find((role) => found.includes(role)) ?? DEFAULT_ROLE;
  if (!isName(found)) throw new TokenRefusal(`${roleClaim} is not a valid role`);
  return found;
}

/** The whole name comes first, since a name such as `https://id.example/role` contains dots. */
function claimAt(claims: TokenClaims, path: string): unknown {
  if (Object.hasOwn(claims, path)) return claims[path];
  return path.split('.').reduce<unknown>((value, name) => ownClaim(value, name), claims);
}

/** Own properties only, so that the search finds no claim on a prototype. */
function ownClaim(value: unknown, name: string): unknown {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isObject && Object.hasOwn(value, name) ? (value as TokenClaims)[name] : undefined;
}

/**
 * Names become lines of the cache's keys, texts in PostgreSQL and UTF-8 in hashes. So they have no control character, and no
 * half of a surrogate pair: UTF-8 encodes all halves alike.
 */
const isName = (value: unknown): value is string =>
  typeof value === 'string' &&
  value.length > 0 &&
  value.length <= LONGEST_NAME &&
  !/[\p{Cc}\u2028\u2029]/u.test(value) &&
  value.isWellFormed();
