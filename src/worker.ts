/** A worker: a process that runs the jobs that requests create. It answers only requests about its health and metrics. */
import Fastify, { type FastifyInstance } from 'fastify';
import { schemaOf } from 'hotpath';
import { connections, problems } from 'hotpath/edge';
import { health, metrics } from 'hotpath/operations';
import type { Tracing } from 'hotpath/telemetry';
import { datamodel } from '#datamodel';
import { type Config, loadConfig } from './config/config.ts';
import { modules } from './domain/index.ts';
import { declaredNeeds } from './domain/needs.ts';
import { orExit } from './exit.ts';
import { marketplaceMigrations } from './migrations.ts';
import * as plugins from './plugins/index.ts';
import { logWarnings } from './plugins/logger/logger.ts';
import { serve } from './serve.ts';
import { serverOptions } from './server-options.ts';

/**
 * Builds the worker.
 * @param tracing where the spans of its jobs go; without it the worker sends none.
 */
export function buildWorker(config: Config, tracing?: Tracing) {
  const app = Fastify(serverOptions(config));
  app.register(problems);
  app.register(connections);
  app.register(plugins.requestId);
  app.register(plugins.requestLog);
  app.register(plugins.requestHead);
  app.register(plugins.database, { config: config.database, sites: false });
  const needs = declaredNeeds(schemaOf(config.database.url));
  app.register(health, ({ pool, isDraining }: FastifyInstance) => {
    return { pool, model: datamodel, needs, migrations: marketplaceMigrations(), hasJobs: true, isDraining };
  });
  app.register(metrics, ({ pool }: FastifyInstance) => ({ ...config.metrics, pool }));
  app.register(plugins.files, { config: config.files, secret: config.signing.secret });
  app.register(plugins.marketplaceJobs, {
    config,
    jobs: modules.flatMap(({ jobs = [] }) => jobs),
    tracing,
    runs: true,
  });
  return app;
}

if (import.meta.main) {
  await orExit(async () => {
    const config = loadConfig();
    logWarnings(config);
    // No load balancer sends it requests, so it need not drain.
    return serve(config, { build: buildWorker, port: config.jobs.port, delayMs: 0 });
  });
}
