/** The service: its plugins and modules, in the order in which they are there for each other. */

import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import Fastify from 'fastify';
import { schemaOf } from 'hotpath/session/settings';
import type { Config } from './config.ts';
import { modules } from './domain/index.ts';
import { declaredNeeds } from './domain/needs.ts';
import { migrationNames } from './migrations.ts';
import * as plugins from './plugins/index.ts';
import { serverOptions } from './server-options.ts';

export type App = ReturnType<typeof buildApp>;

/** Builds the service; it is loaded by `ready()` or `listen()`. */
export function buildApp(config: Config) {
  const resources = modules.flatMap((module) => module.resources);
  const app = Fastify(serverOptions(config)).withTypeProvider<TypeBoxTypeProvider>();

  // Whatever happens to a request, it has an id, a problem document, a ledger, and headers that browsers understand.
  app.register(plugins.problems);
  app.register(plugins.connections);
  app.register(plugins.requestId);
  app.register(plugins.requestLog);
  app.register(plugins.requestLine);
  app.register(plugins.deadline, { timeoutMs: config.http.requestTimeoutMs });
  app.register(plugins.docsRoutes);
  app.register(plugins.budget, { config: config.budget });
  app.register(plugins.telemetry);
  app.register(plugins.security, { origins: config.http.corsOrigins });
  // Who may go on.
  app.register(plugins.overload, { config: config.overload });
  app.register(plugins.redis, { config: config.redis });
  app.register(plugins.auth, { config: config.auth });
  app.register(plugins.traceOnDemand);
  app.register(plugins.rateLimit, { config: config.rateLimit });
  app.register(plugins.requestHead);
  app.register(plugins.bodies);
  app.register(plugins.validation);
  // What answers.
  app.register(plugins.compression);
  app.register(plugins.database, { config: config.database, sites: config.budget.mode !== 'count' });
  app.register(plugins.openapi);
  const needs = declaredNeeds(schemaOf(config.database.url));
  app.register(plugins.health, { needs, migrations: migrationNames() });
  app.register(plugins.metrics, { config: config.metrics });
  const { secret } = config.signing;
  app.register(plugins.reads, { resources, secret });
  app.register(plugins.freshness, { url: config.database.url, config: config.freshness });
  app.register(plugins.cache, { config: config.cache, resources, release: config.release, secret });
  app.register(plugins.warmUp, { entries: config.cache.warmUpEntries });
  app.register(plugins.files, { config: config.files, secret });
  app.register(plugins.jobs, {
    config,
    jobs: modules.flatMap((module) => module.jobs ?? []),
    runs: config.jobs.inline,
  });
  app.register(async (v1) => modules.forEach((module) => void module.routes(v1)), { prefix: '/v1' });
  app.register(plugins.docs);
  return app;
}
