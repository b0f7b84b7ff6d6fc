/**
 * Bodies of requests. Nothing of a body is read, decompressed or parsed before its request is let in: the path and the
 * method are known, the token holds, the rate limiter has counted it, and a write has a viewer, unless its route says that
 * the public may send it (`config: { public: true }`) or has a token of its own. A body has two bounds, each the route's `bodyLimit`: its bytes as
 * they are sent, and as they are decompressed. A refusal ends the work at once (`bodies/arrival.ts`).
 */

import type { FastifyReply, FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import { type RequestError, requestError } from 'hotpath';
import {
  BODY_ENCODINGS,
  type BodyEncoding,
  bodyEncodingOf,
  countNames,
  expand,
  mustNameOnce,
  readBody,
} from 'hotpath/edge';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The public may send this write. */
    public?: true;
  }
  interface FastifyRequest {
    /** How its body is read; set once the body may be. */
    admitted: AdmittedBody | undefined;
  }
}

interface AdmittedBody {
  readonly reply: FastifyReply;
  readonly encoding: BodyEncoding | undefined;
}

const BODILESS = ['GET', 'HEAD', 'OPTIONS', 'TRACE'];

export const bodies = fp(
  async (app) => {
    app.decorateRequest('admitted');
    app.addHook('preParsing', (request, reply, _payload, done) => {
      if (BODILESS.includes(request.method)) return done();
      if (!mayWrite(request)) return done(requestError('unauthenticated', 'This needs a bearer token.'));
      done(admit(request, reply));
    });
    // JSON alone.
    app.removeAllContentTypeParsers();
    const parse = app.getDefaultJsonParser('error', 'error');
    const parsed = (request: FastifyRequest, text: string) =>
      new Promise((resolve, reject) => {
        parse(request, text, (error, body) => (error ? reject(error) : resolve(body)));
      });
    app.addContentTypeParser('application/json', async (request: FastifyRequest) => {
      const bytes = await bytesOf(request);
      if (bytes.length === 0 && request.routeOptions.schema?.body === undefined) return undefined;
      const names = countNames(bytes);
      const body = await parsed(request, bytes.toString());
      mustNameOnce(body, names);
      return body;
    });
  },
  { name: 'bodies', dependencies: ['auth', 'rate-limit', 'request-line'] },
);

const mayWrite = ({ viewer, routeOptions: { config } }: FastifyRequest): boolean =>
  config.public === true || config.ownToken === true || viewer.subject !== undefined;

/** A refusal says which encodings there are, as RFC 9110 (15.5.16) has it. */
function admit(request: FastifyRequest, reply: FastifyReply): RequestError | undefined {
  try {
    request.admitted = { reply, encoding: bodyEncodingOf(request.headers['content-encoding']) };
    return undefined;
  } catch (error) {
    reply.header('accept-encoding', BODY_ENCODINGS.join(', '));
    return error as RequestError;
  }
}

async function bytesOf(request: FastifyRequest): Promise<Buffer> {
  const { reply, encoding } = request.admitted!;
  const limit = request.routeOptions.bodyLimit!;
  const bytes = await readBody(request, reply, limit);
  return encoding && bytes.length > 0 ? expand(bytes, { encoding, limit }) : bytes;
}
