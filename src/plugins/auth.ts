/**
 * Authentication: who asks. A bearer token (JWT: HS256 by secret, or RS/ES/EdDSA by the keys at a JWKS URL) becomes
 * `request.viewer`; no token makes the viewer the public; a token that does not hold is a 401 on every route.
 * Verified tokens are remembered in a bounded cache that honours their expiry.
 */
import { type Algorithm, createVerifier, TokenError } from 'fast-jwt';
import type { FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import buildGetJwks from 'get-jwks';
import type { Config } from '../config.ts';
import { requestError } from '../engine/http/errors.ts';
import { PUBLIC, type Viewer } from '../engine/resource/viewer.ts';

declare module 'fastify' {
  interface FastifyRequest {
    viewer: Viewer;
  }
}

interface Claims {
  readonly sub?: unknown;
  readonly role?: unknown;
}

type Verify = (token: string) => Claims | Promise<Claims>;

const REMEMBERED_TOKENS = 10_000;

export const auth = fp<{ config: Config['auth'] }>(
  async (app, { config }) => {
    const verify = verifierOf(config);
    app.decorateRequest('viewer');
    app.addHook('onRequest', async (request) => {
      const token = bearerToken(request);
      request.viewer = token === undefined ? PUBLIC : await viewerOf(token, verify);
    });
  },
  { name: 'auth' },
);

function bearerToken(request: FastifyRequest): string | undefined {
  const header = request.headers.authorization;
  if (header === undefined) return undefined;
  const token = /^Bearer +([\w-]+\.[\w-]+\.[\w-]+)$/i.exec(header)?.[1];
  if (token === undefined) throw requestError('unauthenticated', 'The Authorization header must be `Bearer <token>`.');
  return token;
}

async function viewerOf(token: string, verify: Verify): Promise<Viewer> {
  const claims = await Promise.try(verify, token).catch((error: unknown) => {
    if (!(error instanceof TokenError)) throw error;
    const expired = error.code === TokenError.codes.expired;
    throw requestError('unauthenticated', expired ? 'The token has expired.' : 'The token does not hold.');
  });
  if (typeof claims.sub !== 'string' || claims.sub === '') {
    throw requestError('unauthenticated', 'The token names no subject (`sub`).');
  }
  return { subject: claims.sub, role: typeof claims.role === 'string' ? claims.role : 'user' };
}

function verifierOf({ secret, jwksUrl, issuer, audience }: Config['auth']): Verify {
  const expected = { allowedIss: issuer, allowedAud: audience, requiredClaims: ['exp'], cache: REMEMBERED_TOKENS };
  if (secret) return createVerifier<string>({ ...expected, key: secret, algorithms: ['HS256'] });
  const algorithms: Algorithm[] = ['RS256', 'RS384', 'RS512', 'PS256', 'ES256', 'ES384', 'ES512', 'EdDSA'];
  return createVerifier<string>({ ...expected, algorithms, key: keysAt(new URL(jwksUrl!)) });
}

function keysAt({ origin, pathname }: URL) {
  const keys = buildGetJwks({ jwksPath: pathname });
  return ({ header }: { header: Record<string, string> }) =>
    keys.getPublicKey({ domain: origin, alg: header['alg']!, kid: header['kid']! });
}
