/**
 * Bodies of requests. The service reads, decompresses and parses a body only after it has admitted the request: the path and
 * the method exist, the token is valid, the rate limiter has counted it, and a write has a viewer, unless the route allows
 * the public (`config: { public: true }`). A body has two bounds, each the route's `bodyLimit`: its size as sent, and its
 * size after decompression. A refusal ends the work at once (the library's `edge/arrival.ts`).
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
    /** The encoding of the body; set once the body may be read. */
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
    // Only JSON.
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

/** A refusal names the supported encodings, as RFC 9110 (15.5.16) requires. */
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
