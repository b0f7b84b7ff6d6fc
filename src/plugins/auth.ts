/**
 * Authentication: who asks. A bearer token (JWT: HS256 by secret, or RS/ES/EdDSA by the keys at a JWKS URL) becomes
 * `request.viewer`; no token makes the viewer the public; a token that does not hold is a 401 on every route, thrown once
 * the address has been counted for it (there is no viewer until then).
 * Who a verified token names is remembered, in a bounded cache that honours its expiry: such a request goes on in the
 * same tick, without a promise.
 */
import { type Algorithm, createVerifier, TokenError } from 'fast-jwt';
import fp from 'fastify-plugin';
import { LRUCache } from 'lru-cache';
import type { Config } from '../config.ts';
import { isRequestError, type RequestError, requestError } from '../engine/http/errors.ts';
import { PUBLIC, type Viewer } from '../engine/resource/viewer.ts';
import { keysAt } from './jwks.ts';

declare module 'fastify' {
  interface FastifyRequest {
    viewer: Viewer;
    /** Why the token does not hold. */
    refusal: RequestError | undefined;
  }
}

interface Claims {
  readonly sub?: unknown;
  readonly role?: unknown;
  readonly exp?: unknown;
}

type Verify = (token: string) => Claims | Promise<Claims>;

/** A viewer, until when his token holds, in milliseconds since 1970. */
interface Holder {
  readonly viewer: Viewer;
  readonly until: number;
}

const REMEMBERED_TOKENS = 10_000;
/** A key that was withdrawn is asked for again after so long. */
const REMEMBERED_MS = 600_000;

export const auth = fp<{ config: Config['auth'] }>(
  async (app, { config }) => {
    const verify = verifierOf(config);
    const holders = new LRUCache<string, Holder>({ max: REMEMBERED_TOKENS });
    app.decorateRequest('viewer');
    app.decorateRequest('refusal');
    app.addHook('onRequest', (request, _reply, done) => {
      const { authorization } = request.headers;
      const holder = authorization === undefined ? NOBODY : holders.get(authorization);
      if (holder && Date.now() < holder.until) {
        request.viewer = holder.viewer;
        return done();
      }
      const refuse = (refusal: RequestError) => {
        request.refusal = refusal;
      };
      identify(authorization!, verify)
        .then((found) => {
          holders.set(authorization!, found);
          request.viewer = found.viewer;
        }, refuse)
        .then(() => done());
    });
    app.addHook('preParsing', (request, _reply, _payload, done) => done(request.refusal));
  },
  { name: 'auth' },
);

const NOBODY: Holder = { viewer: PUBLIC, until: Number.POSITIVE_INFINITY };

/** @throws what is to be told to who brings this header. */
async function identify(authorization: string, verify: Verify): Promise<Holder> {
  const token = /^Bearer +([\w-]+\.[\w-]+\.[\w-]+)$/i.exec(authorization)?.[1];
  if (token === undefined) throw requestError('unauthenticated', 'The Authorization header must be `Bearer <token>`.');
  const claims = await Promise.try(verify, token).catch((error: unknown) => {
    if (!(error instanceof TokenError)) throw error;
    const { originalError } = error as { originalError?: unknown };
    if (isRequestError(originalError)) throw originalError;
    const expired = error.code === TokenError.codes.expired;
    throw requestError('unauthenticated', expired ? 'The token has expired.' : 'The token does not hold.');
  });
  if (typeof claims.sub !== 'string' || claims.sub === '') {
    throw requestError('unauthenticated', 'The token names no subject (`sub`).');
  }
  const viewer = { subject: claims.sub, role: typeof claims.role === 'string' ? claims.role : 'user' };
  if (/[\r\n]/.test(viewer.subject + viewer.role)) {
    throw requestError('unauthenticated', 'The subject and the role of a token are one line each.');
  }
  return { viewer, until: Math.min(Number(claims.exp) * 1000, Date.now() + REMEMBERED_MS) };
}

function verifierOf({ secret, jwksUrl, issuer, audience }: Config['auth']): Verify {
  const expected = { allowedIss: issuer, allowedAud: audience, requiredClaims: ['exp'] };
  if (secret) return createVerifier<string>({ ...expected, key: secret, algorithms: ['HS256'] });
  const algorithms: Algorithm[] = ['RS256', 'RS384', 'RS512', 'PS256', 'ES256', 'ES384', 'ES512', 'EdDSA'];
  const find = keysAt(jwksUrl!);
  return createVerifier<string>({
    ...expected,
    algorithms,
    key: ({ header }: { header: Record<string, string> }) => find(header),
  });
}
