/**
 * The request line, checked before the body is read: an unknown path is a 404, a method that the path does not have a 405
 * with `Allow`, OPTIONS a 204 with `Allow`, and an unknown query parameter a 400 that names it. Read routes check their own
 * queries.
 */

import type { FastifyInstance, FastifyReply, FastifyRequest, RouteOptions } from 'fastify';
import fp from 'fastify-plugin';
import { requestError } from 'hotpath';
import { pathOf } from 'hotpath/edge';

declare module 'fastify' {
  interface FastifySchema {
    /** A route outside the documented API. */
    hide?: boolean;
  }
}

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;

export const requestLine = fp(
  async (app) => {
    app.addHook('onRoute', optionsSendNothing);
    app.addHook('preParsing', (request, reply, _payload, done) => {
      if (request.is404) return answerUnknown(request, reply);
      if (request.raw.url!.includes('?')) mustKnowQuery(request);
      done();
    });
    app.setNotFoundHandler(answerUnknown);
  },
  { name: 'request-line' },
);

function answerUnknown(request: FastifyRequest, reply: FastifyReply): void {
  const { method } = request;
  const path = pathOf(request);
  const allowed = allowedMethods(request.server, path);
  if (allowed.length === 0) throw requestError('notFound', `There is no route ${method} ${path}.`);
  reply.header('allow', allowed.join(', '));
  if (method !== 'OPTIONS') throw requestError('methodNotAllowed', `${path} does not have the method ${method}.`);
  reply.code(204).send();
}

function allowedMethods(app: FastifyInstance, url: string): string[] {
  const methods = METHODS.filter((method) => app.findRoute({ method, url }));
  return methods.length > 0 ? [...methods, 'OPTIONS'] : [];
}

/** Hidden routes (those of the documentation itself) are not part of the API, so they accept any parameter. */
function mustKnowQuery({ routeOptions: { config, schema }, query }: FastifyRequest): void {
  const unknown = Object.keys(query as object);
  if (config.read || schema?.querystring || schema?.hide || unknown.length === 0) return;
  const detail = 'is unknown';
  throw requestError(
    'invalidRequest',
    `This route takes no query parameters, but got ${unknown.slice(0, 10).join(', ')}.`,
    unknown.map((parameter) => ({ parameter, detail })),
  );
}

function optionsSendNothing(route: RouteOptions): void {
  if (route.method === 'OPTIONS') route.config = { budget: 0, ...route.config };
}
