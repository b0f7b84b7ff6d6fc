/** The read routes of a server, as it registers them. */
import type { FastifyContextConfig, FastifyInstance } from 'fastify';

/** A read route that a server has. */
export interface ServedRead {
  /** The path with its prefix and its parameters: `/v1/posts/:id`. */
  readonly url: string;
  readonly read: NonNullable<FastifyContextConfig['read']>;
}

/** @returns a list that grows with each read route that is registered from now on. */
export function recordReads(app: FastifyInstance): readonly ServedRead[] {
  const routes: ServedRead[] = [];
  app.addHook('onRoute', ({ method, url, config }) => {
    if (method === 'GET' && config?.read) routes.push({ url, read: config.read });
  });
  return routes;
}
