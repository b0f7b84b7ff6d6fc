/**
 * The effect of a write on later reads. The server answers a write, with whatever status, once its own instance knows of the
 * write, so that the next read there sees it. The reply carries a `Consistency-Token`. A read that sends the token to another instance waits
 * until that instance knows of the write, or bypasses the cache.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest, onSendHookHandler } from 'fastify';
import { openedLedger } from '../../budget/budget-guard.ts';
import type { Follower } from '../../freshness/follower.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /**
     * The token that names the request's write, once the instance knows of it; undefined if it could not learn of it in time.
     * Set once the write is committed, or the reply is on its way.
     */
    caughtUp: Promise<string | undefined> | undefined;
  }
}

const SAFE_METHODS = ['GET', 'HEAD', 'OPTIONS'];

/** The replies to writes wait for the follower. */
export function catchUpAfterWrites(app: FastifyInstance, follower: Follower): void {
  const catchUp: onSendHookHandler = (request, reply, _payload, done) => {
    if (!mayHaveWritten(request, reply)) return done();
    // If the follower cannot catch up within its bound, it is not current, and the cache bypasses itself.
    request.caughtUp ??= tokenOf(follower);
    void request.caughtUp.then((token) => {
      if (token !== undefined && reply.statusCode < 300) reply.header('consistency-token', token);
      done();
    });
  };
  app.decorateRequest('caughtUp');
  app.addHook('onRoute', (route) => {
    if ([route.method].flat().every((method) => SAFE_METHODS.includes(method))) return;
    route.onSend = [route.onSend ?? [], catchUp].flat();
  });
}

/** A redirect may follow a write, and so may a failure. A refusal without a statement wrote nothing. */
function mayHaveWritten(request: FastifyRequest, { statusCode }: FastifyReply): boolean {
  return statusCode < 400 || request.caughtUp !== undefined || openedLedger(request)?.statements !== 0;
}

/** All writes of the request are committed: the follower reads the log while the handler does the rest. */
export function writeCommitted(request: FastifyRequest): void {
  request.caughtUp = tokenOf(request.server.hotpath.follower);
}

/** The instance knows what the request's write has changed. @param token names the write. */
export function changesKnown(request: FastifyRequest, token: string): void {
  request.caughtUp = Promise.resolve(token);
}

const tokenOf = async (follower: Follower): Promise<string | undefined> =>
  (await follower.catchUp()) ? follower.token : undefined;
