/** The service: its plugins and modules. A plugin comes after the plugins that it needs. */

import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import Fastify, { type FastifyInstance, type FastifyRequest } from 'fastify';
import { schemaOf } from 'hotpath';
import { budgets } from 'hotpath/budget';
import { connections, problems } from 'hotpath/edge';
import { hotpath, telemetry, traceOnDemand } from 'hotpath/fastify';
import { inspector } from 'hotpath/inspector';
import { openapi } from 'hotpath/openapi';
import { health, metrics } from 'hotpath/operations';
import type { Tracing } from 'hotpath/telemetry';
import { datamodel } from '#datamodel';
import type { Config } from './config/config.ts';
import { domainErrors } from './domain/errors.ts';
import { modules } from './domain/index.ts';
import { declaredNeeds } from './domain/needs.ts';
import { isAdmin } from './domain/viewer.ts';
import { marketplaceMigrations } from './migrations.ts';
import * as plugins from './plugins/index.ts';
import { sourceRelease } from './release.ts';
import { serverOptions } from './server-options.ts';

export type App = ReturnType<typeof buildApp>;

/**
 * Builds the service; `ready()` or `listen()` loads it.
 * @param tracing where spans go; without it the service sends none.
 */
export function buildApp(config: Config, tracing?: Tracing) {
  const app = Fastify(serverOptions(config)).withTypeProvider<TypeBoxTypeProvider>();

  // Every request gets an id, a problem document, a ledger and the headers that browsers need.
  app.register(problems);
  app.register(connections);
  app.register(plugins.requestId);
  app.register(plugins.requestLog);
  app.register(plugins.requestLine);
  app.register(plugins.deadline, { timeoutMs: config.http.requestTimeoutMs });
  app.register(plugins.docsRoutes);
  app.register(budgets, {
    mode: config.budget.mode,
    required: true,
    // A viewer that may read everything may also see the cost of a 404.
    showsCost: isAsAdmin,
    costHeaders: ['server-timing', 'cache-status', 'age'],
  });
  app.register(telemetry, { tracing });
  app.register(plugins.security, { origins: config.http.corsOrigins });
  // These plugins refuse requests.
  app.register(plugins.overload, { config: config.overload });
  app.register(plugins.redis, { config: config.redis });
  app.register(plugins.auth, { config: config.auth });
  app.register(traceOnDemand, { tracing, mayTrace: isAsAdmin });
  if (config.inspector.access !== 'off') app.register(inspector, inspectorOptions(config.inspector));
  app.register(plugins.rateLimit, { config: config.rateLimit });
  app.register(plugins.requestHead);
  app.register(plugins.bodies);
  app.register(plugins.validation);
  // These plugins and modules answer requests.
  app.register(plugins.compression);
  app.register(plugins.database, { config: config.database, sites: config.budget.mode !== 'count' });
  app.register(openapi, { title: 'Hotpath', errors: domainErrors });
  const needs = declaredNeeds(schemaOf(config.database.url));
  app.register(health, ({ pool, isDraining }: FastifyInstance) => {
    return { pool, model: datamodel, needs, migrations: marketplaceMigrations(), hasJobs: true, isDraining };
  });
  app.register(metrics, ({ pool }: FastifyInstance) => ({ ...config.metrics, pool, mayRead: isAsAdmin }));
  const { secret } = config.signing;
  app.register(hotpath, ({ prisma, pool, replicas, redis }: FastifyInstance) => ({
    prisma,
    pool,
    replicas,
    redis,
    model: datamodel,
    resources: modules.flatMap(({ resources }) => resources),
    secret,
    release: config.release ?? sourceRelease(),
    timeoutMs: config.http.requestTimeoutMs,
    cache: config.cache,
    freshness: config.freshness,
  }));
  app.register(plugins.files, { config: config.files, secret });
  const jobs = modules.flatMap((module) => module.jobs ?? []);
  app.register(plugins.marketplaceJobs, { config, jobs, tracing, runs: config.jobs.inline });
  app.register(async (v1) => modules.forEach((module) => void module.routes(v1)), { prefix: '/v1' });
  app.register(plugins.docs);
  return app;
}

/** In production nothing that clients sent is kept, and administrators alone may look. */
function inspectorOptions({ access, token, traceUrl }: Config['inspector']) {
  if (access === 'admin') return { traceUrl, mayInspect: isAsAdmin, values: false };
  return { traceUrl, ...(token !== undefined && { token }) };
}

const isAsAdmin = ({ viewer }: FastifyRequest): boolean => viewer !== undefined && isAdmin(viewer);
