/** A small service on the zoo, whose schema is unlike the marketplace's: its reads, its cache, and routes of a test's own. */
import { PrismaPg } from '@prisma/adapter-pg';
import Fastify, { type FastifyInstance } from 'fastify';
import { budgets } from 'hotpath/budget';
import { connections, problems } from 'hotpath/edge';
import { hotpath, telemetry } from 'hotpath/fastify';
import { Registry } from 'hotpath/resource/registry';
import type { Resource } from 'hotpath/resource/resource';
import { afterAll, beforeAll } from 'vitest';
import { openZoo } from '../../packages/hotpath/test/compile/oracle/databases.ts';
import { PrismaClient } from '../../packages/hotpath/test/compile/zoo/generated/client.ts';
import { loadConfig } from '../../src/config/config.ts';
import * as plugins from '../../src/plugins/index.ts';
import { serverOptions } from '../../src/server-options.ts';
import { testEnvironment } from './app.ts';
import { scratchDatabase } from './database.ts';
import { freshnessSql } from './freshness-sql.ts';
import { zooDataModel } from './zoo.ts';

export interface ZooApp {
  readonly app: FastifyInstance;
  readonly client: PrismaClient;
}

export interface ZooOptions {
  readonly resources: readonly Resource[];
  routes(zoo: ZooApp): void;
}

/** Builds the service before the tests of a file, and closes it after them. */
export function useZooApp(options: ZooOptions): () => ZooApp {
  let zoo: ZooApp | undefined;
  beforeAll(async () => {
    const url = await scratchDatabase('empty');
    const database = await openZoo(url);
    const registry = new Registry(zooDataModel);
    registry.add(...options.resources);
    await database.pool.query(freshnessSql(registry));
    await database.close();
    const app = serviceOn(url, options.resources);
    const client = await app.after().then(() => new PrismaClient({ adapter: new PrismaPg(app.pool) }));
    zoo = { app, client };
    options.routes(zoo);
    await app.ready();
  }, 120_000);
  afterAll(async () => {
    await zoo?.client.$disconnect();
    await zoo?.app.close();
  });
  return () => zoo!;
}

function serviceOn(url: string, declared: readonly Resource[]): FastifyInstance {
  // Its schema is made here, so nothing has been granted in it.
  const config = loadConfig({ ...testEnvironment(url), DATABASE_URL: url });
  const app = Fastify(serverOptions(config));
  app.register(problems);
  app.register(connections);
  app.register(plugins.requestId);
  app.register(plugins.requestHead);
  app.register(plugins.requestLine);
  app.register(plugins.deadline, { timeoutMs: config.http.requestTimeoutMs });
  app.register(budgets, { mode: config.budget.mode, required: true });
  app.register(telemetry);
  app.register(plugins.redis, { config: config.redis });
  app.register(plugins.auth, { config: config.auth });
  app.register(plugins.database, { config: config.database, sites: false });
  const secret = 'a secret of the zoo';
  app.register(hotpath, ({ prisma, pool, redis }: FastifyInstance) => ({
    prisma,
    pool,
    redis,
    model: zooDataModel,
    resources: declared,
    secret,
    timeoutMs: config.http.requestTimeoutMs,
    cache: config.cache,
    freshness: config.freshness,
  }));
  return app as unknown as FastifyInstance;
}
