/**
 * The log of requests: one line for each at `info`, after its reply is sent or its client has disconnected. Above `info`
 * there is no hook and no cost.
 *
 *     {"level":30,…,"reqId":"…","trace_id":"…","span_id":"…","method":"GET","route":"/v1/users/:id","path":"/v1/users/7","status":200,
 *      "ms":0.41,"viewer":"7","role":"user","address":"203.0.113.7","statements":0,"cache":"l1 hit","msg":"request
 *      completed"}
 */

import { type FastifyReply, type FastifyRequest, LogController } from 'fastify';
import fp from 'fastify-plugin';
import { canonicalAddress, requestErrorOf } from 'hotpath/edge';
import type { Logger } from 'pino';
import { logRepeatedErrors } from './logger/logger.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** The code of the error in the reply. */
    failure: string | undefined;
  }
}

/** Turns off Fastify's two lines for each request, since this plugin logs one. Fastify's lines about errors stay. */
export class QuietLogController extends LogController {
  override incomingRequest(): void {}

  override requestCompleted(...[error, request, reply, more]: Parameters<LogController['requestCompleted']>): void {
    if (error) super.requestCompleted(error, request, reply, more);
  }
}

/** nginx's code: the client closed the connection before the reply was sent. */
const CLIENT_LEFT = 499;
const LONGEST_PATH = 256;

export const requestLog = fp(
  async (app) => {
    app.addHook('onClose', async () => logRepeatedErrors(app.log)());
    logRepeatedErrors(app.log);
    if (!(app.log as Logger).isLevelEnabled('info')) return;
    app.decorateRequest('failure');
    app.addHook('onError', (request, _reply, error, done) => {
      request.failure = requestErrorOf(error).code;
      done();
    });
    app.addHook('onResponse', (_request, reply, done) => {
      log(reply, reply.statusCode);
      done();
    });
    app.whenAborted((reply) => log(reply, CLIENT_LEFT));
  },
  { name: 'request-log', dependencies: ['hotpath-connections'] },
);

function log({ request, elapsedTime }: FastifyReply, status: number): void {
  const { viewer, served, ledger, failure } = request;
  request.log.info(
    {
      method: request.method,
      route: request.routeOptions.url,
      path: pathOf(request.url),
      status,
      code: failure,
      ms: Math.round(elapsedTime * 100) / 100,
      viewer: viewer?.subject,
      role: viewer?.role,
      address: clientAddress(request),
      statements: ledger?.statements,
      cache: served && `${served.tier} ${served.outcome}`,
    },
    'request completed',
  );
}

/** The address of the client in one spelling; the address of the connection if a proxy names none. */
export function clientAddress({ ip, socket }: FastifyRequest): string {
  return canonicalAddress(ip) ?? canonicalAddress(socket.remoteAddress) ?? 'unknown';
}

/** Without the query, which may contain personal data. */
function pathOf(url: string): string {
  const query = url.indexOf('?');
  const path = query === -1 ? url : url.slice(0, query);
  return path.length > LONGEST_PATH ? `${path.slice(0, LONGEST_PATH)}…` : path;
}
