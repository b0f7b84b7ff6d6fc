/** The service: its plugins and modules, in the order in which they are there for each other. */

import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import Fastify from 'fastify';
import type { Config } from './config.ts';
import { modules } from './domain/index.ts';
import { auth } from './plugins/auth.ts';
import { budget } from './plugins/budget.ts';
import { cache } from './plugins/cache.ts';
import { compression } from './plugins/compression.ts';
import { database } from './plugins/database.ts';
import { docs, docsRoutes } from './plugins/docs.ts';
import { drain } from './plugins/drain.ts';
import { freshness } from './plugins/freshness.ts';
import { health } from './plugins/health.ts';
import { openapi } from './plugins/openapi.ts';
import { overload } from './plugins/overload.ts';
import { problems } from './plugins/problems.ts';
import { rateLimit } from './plugins/rate-limit.ts';
import { reads } from './plugins/reads.ts';
import { redis } from './plugins/redis.ts';
import { requestId } from './plugins/request-id.ts';
import { requestLine } from './plugins/request-line.ts';
import { security } from './plugins/security.ts';
import { validation } from './plugins/validation.ts';
import { serverOptions } from './server-options.ts';

export type App = ReturnType<typeof buildApp>;

/** Builds the service; it is loaded by `ready()` or `listen()`. */
export function buildApp(config: Config) {
  const resources = modules.flatMap((module) => module.resources);
  const app = Fastify(serverOptions(config)).withTypeProvider<TypeBoxTypeProvider>();

  // Whatever happens to a request, it has an id, a problem document, a ledger, and headers that browsers understand.
  app.register(problems);
  app.register(drain);
  app.register(requestId);
  app.register(requestLine);
  app.register(docsRoutes);
  app.register(budget, { config: config.budget });
  app.register(security, { origins: config.http.corsOrigins });
  // Who may go on.
  app.register(overload, { config: config.overload });
  app.register(redis, { config: config.redis });
  app.register(auth, { config: config.auth });
  app.register(rateLimit, { config: config.rateLimit });
  app.register(validation);
  // What answers.
  app.register(compression);
  app.register(database, { config: config.database, sites: config.budget.mode !== 'count' });
  app.register(openapi);
  app.register(health);
  app.register(reads, { resources, secret: config.auth.secret ?? config.database.url });
  app.register(freshness, { url: config.database.url, config: config.freshness });
  app.register(cache, { config: config.cache, resources });
  app.register(async (v1) => modules.forEach((module) => void module.routes(v1)), { prefix: '/v1' });
  app.register(docs);
  return app;
}
