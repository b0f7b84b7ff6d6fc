/** The service: its plugins and modules, in the order in which they are there for each other. */

import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import Fastify from 'fastify';
import type { Config } from './config.ts';
import { modules } from './domain/index.ts';
import { auth } from './plugins/auth.ts';
import { budget } from './plugins/budget.ts';
import { database } from './plugins/database.ts';
import { health } from './plugins/health.ts';
import { loggerOptions } from './plugins/logger.ts';
import { problems } from './plugins/problems.ts';
import { reads } from './plugins/reads.ts';

export type App = ReturnType<typeof buildApp>;

/** Builds the service; it is loaded by `ready()` or `listen()`. */
export function buildApp(config: Config) {
  const app = Fastify({
    logger: loggerOptions(config),
    genReqId: () => crypto.randomUUID(),
    forceCloseConnections: 'idle',
    ajv: { customOptions: { removeAdditional: false, allErrors: true } },
  }).withTypeProvider<TypeBoxTypeProvider>();

  app.register(problems);
  app.register(budget, { config: config.budget });
  app.register(database, { config: config.database, sites: config.budget.mode !== 'count' });
  app.register(auth, { config: config.auth });
  app.register(health);
  app.register(reads, {
    resources: modules.flatMap((module) => module.resources),
    secret: config.auth.secret ?? config.database.url,
  });
  app.register(async (v1) => modules.forEach((module) => void module.routes(v1)), { prefix: '/v1' });
  return app;
}
