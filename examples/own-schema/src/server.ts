/** The server: what it had before, and the read routes. */
import Fastify, { type FastifyInstance } from 'fastify';
import { cache } from './cache.ts';
import { database } from './database.ts';
import { sendError } from './errors.ts';
import { readRoutes } from './hotpath/routes.ts';
import { notes } from './notes.ts';
import { sessions } from './sessions.ts';

export interface ServerOptions {
  readonly databaseUrl: string;
  /** Signs cursors; the same in every instance. */
  readonly secret: string;
  readonly isQuiet?: boolean;
}

/** The server, not listening yet. */
export async function build({ databaseUrl, secret, isQuiet = false }: ServerOptions): Promise<FastifyInstance> {
  const app: FastifyInstance = Fastify({ logger: !isQuiet });
  app.setErrorHandler(sendError);
  await app.register(database, { url: databaseUrl });
  await app.register(cache);
  await app.register(sessions);
  // In the same scope, so that a write is answered once the cache knows of it.
  await readRoutes(app, { secret });
  await app.register(notes);
  return app;
}
