/**
 * Authentication: finds the viewer of a request. A bearer token (JWT: HS256 by secret, or RS/PS/ES/EdDSA by the keys at a
 * JWKS URL) becomes `request.viewer`; without a token the viewer is the public. An invalid token is a 401 on every route,
 * thrown after the rate limiter has counted its address (there is no viewer until then). The reply states whether a token has
 * expired, and nothing else. The log has the reason at `debug`.
 *
 * A cache remembers the viewers of verified tokens. It is bounded and honours the token's expiry. A request with a remembered
 * token goes on in the same tick, without a promise.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import { PUBLIC, type RequestError, requestError } from 'hotpath';
import { LRUCache } from 'lru-cache';
import type { Config } from '../../config/config.ts';
import { holderOf, type TokenHolder, TokenRefusal } from './claims.ts';
import { signatureVerifier } from './verify.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** The reason for the refusal of the token. */
    refusal: RequestError | undefined;
  }
}

/** The memory for tokens: a token may be as long as all headers of a request. */
const REMEMBERED_BYTES = 16 * 1024 * 1024;
/** After this time the service checks again whether the issuer has withdrawn a key. */
const REMEMBERED_MS = 600_000;

export const auth = fp<{ config: Config['auth'] }>(
  async (app, { config }) => {
    const identify = identifier(app, config);
    const holders = new LRUCache<string, TokenHolder>({
      maxSize: REMEMBERED_BYTES,
      sizeCalculation: (_holder, authorization) => authorization.length,
    });
    app.decorateRequest('viewer');
    app.decorateRequest('refusal');
    app.addHook('onRequest', (request, _reply, done) => {
      const { authorization } = request.headers;
      const holder = authorization === undefined ? NOBODY : holders.get(authorization);
      if (holder && Date.now() < holder.until) {
        request.viewer = holder.viewer;
        return done();
      }
      const refuse = (error: unknown) => {
        request.refusal = refusalOf(error, request);
      };
      identify(authorization!)
        .then((found) => {
          holders.set(authorization!, found);
          request.viewer = found.viewer;
        })
        .catch(refuse)
        .then(() => done());
    });
    app.addHook('preParsing', (request, reply, _payload, done) => {
      const refusal = request.routeOptions.config.ownToken ? undefined : request.refusal;
      if (refusal) challenge(request, reply);
      done(refusal);
    });
  },
  { name: 'auth' },
);

const NOBODY: TokenHolder = { viewer: PUBLIC, until: Number.POSITIVE_INFINITY };

/** Returns the holder of an `Authorization` header. Rejects with a `TokenRefusal`, or with an error of the registry. */
function identifier({ log }: FastifyInstance, config: Config['auth']) {
  const verify = signatureVerifier(config, (err) => log.warn({ err }, 'The keys at JWKS_URL cannot be fetched.'));
  return async (authorization: string): Promise<TokenHolder> => {
    const token = /^Bearer +([\w-]+\.[\w-]+\.[\w-]+)$/i.exec(authorization)?.[1];
    if (token === undefined) {
      throw requestError('unauthenticated', 'The Authorization header must be `Bearer <token>`.');
    }
    const { viewer, until } = holderOf(await verify(token), config);
    return { viewer, until: Math.min(until, Date.now() + REMEMBERED_MS) };
  };
}

function refusalOf(error: unknown, { log }: FastifyRequest): RequestError {
  if (!(error instanceof TokenRefusal)) return error as RequestError;
  log.debug({ reason: error.message }, 'The service refused a token.');
  return requestError('unauthenticated', error.isExpired ? 'The token has expired.' : 'The token is invalid.');
}

/** RFC 6750: a reply names an error only to a client that sent a bearer token. */
function challenge({ refusal, headers }: FastifyRequest, reply: FastifyReply): void {
  const isBearer = /^Bearer\b/i.test(headers.authorization!);
  if (refusal!.statusCode !== 401 || !isBearer) return;
  reply.header('www-authenticate', `Bearer error="invalid_token", error_description="${refusal!.message}"`);
}
