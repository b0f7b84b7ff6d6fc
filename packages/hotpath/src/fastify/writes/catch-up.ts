/**
 * The effect of a write on later reads. The server answers a write once its own instance knows of the write, so that the
 * next read there sees it. The reply carries a `Consistency-Token`. A read that sends the token to another instance waits
 * until that instance knows of the write, or bypasses the cache.
 */
import type { FastifyInstance, FastifyRequest, onSendHookHandler } from 'fastify';
import type { Follower } from '../../freshness/follower.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Whether the instance knows of the request's write: once `writeCommitted` was called, or the reply is on its way. */
    caughtUp: Promise<boolean> | undefined;
  }
}

const SAFE_METHODS = ['GET', 'HEAD', 'OPTIONS'];

/** The replies to writes wait for the follower. */
export function catchUpAfterWrites(app: FastifyInstance, follower: Follower): void {
  const catchUp: onSendHookHandler = (request, reply, _payload, done) => {
    if (reply.statusCode >= 300) return done();
    // If the follower cannot catch up within its bound, it is not current, and the cache bypasses itself.
    request.caughtUp ??= follower.catchUp();
    void request.caughtUp.then((isCaughtUp) => {
      if (isCaughtUp) reply.header('consistency-token', follower.token);
      done();
    });
  };
  app.decorateRequest('caughtUp');
  app.addHook('onRoute', (route) => {
    if ([route.method].flat().every((method) => SAFE_METHODS.includes(method))) return;
    route.onSend = [route.onSend ?? [], catchUp].flat();
  });
}

/** All writes of the request are committed: the follower reads the log while the handler does the rest. */
export function writeCommitted(request: FastifyRequest): void {
  request.caughtUp = request.server.hotpath.follower.catchUp();
}
