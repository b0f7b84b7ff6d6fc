/**
 * Bearer tokens of a service's own: a JSON Web Token that one secret signs and verifies (HS256). `hotpath token` prints
 * a token. A service with an identity provider verifies its tokens by a library for that, and does not need this file.
 *
 *     await app.register(hotpath, { …, viewer: bearerViewer(secret) });
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { requestError } from './errors.ts';

export interface BearerClaims {
  readonly sub: string;
  readonly role?: string;
  /** Seconds since 1970. */
  readonly exp: number;
  readonly iss?: string;
  readonly aud?: string;
}

/** As many bytes as the signature has: a shorter secret is easier to guess than a signature is to forge. */
export const LEAST_SECRET_BYTES = 32;

const HEADER = encode({ alg: 'HS256', typ: 'JWT' });

export interface Signing {
  readonly secret: string;
  readonly expiresInSeconds: number;
}

/** The token of the claims, with its times of issue and expiry. @throws {RangeError} for a secret that is too short. */
export function signBearer(claims: object, { secret, expiresInSeconds }: Signing): string {
  mustBeLong(secret);
  const iat = Math.floor(Date.now() / 1000);
  const signed = `${HEADER}.${encode({ ...claims, iat, exp: iat + expiresInSeconds })}`;
  return `${signed}.${signatureOf(signed, secret).toString('base64url')}`;
}

/** The issuer and the audience that a token must name. */
export interface BearerRules {
  /** The claim `iss` that a token must have; any without it. */
  readonly issuer?: string;
  /** The claim `aud` that a token must have; any without it. */
  readonly audience?: string;
}

interface WithHeaders {
  readonly headers: { readonly authorization?: string | undefined };
}

/**
 * The viewer of a request, by its bearer token: the option `viewer` of the plugin. A request without the header is the
 * public's. A token that is invalid or has expired causes a 401.
 * @throws {RangeError} for a secret that is too short.
 */
export function bearerViewer(secret: string, rules: BearerRules = {}) {
  mustBeLong(secret);
  return ({ headers: { authorization } }: WithHeaders): { subject: string; role?: string } | undefined => {
    if (authorization === undefined) return undefined;
    const claims = claimsOf(/^Bearer +([\w-]+\.[\w-]+\.[\w-]+)$/i.exec(authorization)?.[1] ?? '', secret);
    if (!claims || !isValid(claims, rules))
      throw requestError('unauthenticated', 'The token is invalid or has expired.');
    return { subject: claims.sub, ...(claims.role !== undefined && { role: claims.role }) };
  };
}

/**
 * The claims of a token, if the secret has signed it. The signature covers the header, which names no other algorithm.
 */
function claimsOf(token: string, secret: string): Partial<BearerClaims> | undefined {
  const [header, payload, signature = ''] = token.split('.');
  const given = Buffer.from(signature, 'base64url');
  const right = signatureOf(`${header}.${payload}`, secret);
  if (given.length !== right.length || !timingSafeEqual(given, right)) return undefined;
  return decode(header)?.['alg'] === 'HS256' ? decode(payload) : undefined;
}

function isValid(
  claims: Partial<BearerClaims> & { nbf?: unknown },
  { issuer, audience }: BearerRules,
): claims is BearerClaims {
  const { sub, role, exp, nbf, iss, aud } = claims;
  const now = Date.now() / 1000;
  if (typeof exp !== 'number' || exp <= now) return false;
  if (nbf !== undefined && (typeof nbf !== 'number' || nbf > now)) return false;
  if (typeof sub !== 'string' || sub === '' || (role !== undefined && typeof role !== 'string')) return false;
  if (issuer !== undefined && iss !== issuer) return false;
  return audience === undefined || [aud].flat().includes(audience);
}

const signatureOf = (text: string, secret: string): Buffer => createHmac('sha256', secret).update(text).digest();

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

function decode(part = ''): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString());
    return typeof value === 'object' && value !== null ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}

function mustBeLong(secret: string): void {
  if (Buffer.byteLength(secret) >= LEAST_SECRET_BYTES) return;
  throw new RangeError(`The secret that signs tokens must have at least ${LEAST_SECRET_BYTES} bytes.`);
}
