/** Several instances of the service on one database, as a load balancer would have behind it. */
import type { Hotpath } from 'hotpath/fastify';
import type { Tracing } from 'hotpath/telemetry';
import pg from 'pg';
import { afterAll, beforeAll } from 'vitest';
import { type App, buildApp } from '../../src/app.ts';
import { loadConfig } from '../../src/config/config.ts';
import { testEnvironment } from './app.ts';
import { scratchDatabase } from './database.ts';
import { documentOf } from './openapi.ts';
import { holdToDocument } from './replies.ts';

export interface Instances {
  readonly apps: readonly App[];
  readonly databaseUrl: string;
  /** A session of another client on the database, as `psql` has it. */
  readonly psql: pg.Client;
}

export interface InstancesOptions {
  readonly count: number;
  /** Asked when the instances start. @param url what their `DATABASE_URL` is without it. */
  readonly environment?: (url: string) => Record<string, string> | Promise<Record<string, string>>;
  /** Adds to each instance before it is ready. */
  readonly extend?: (app: App) => void;
  /** Where their spans go; asked when they are built. */
  readonly tracing?: () => Tracing | undefined;
}

/** Starts instances on a database with the small seed, before the tests of a file, and closes them after. */
export function useInstances({
  count,
  environment = () => ({}),
  extend = () => {},
  tracing,
}: InstancesOptions): () => Instances {
  let instances: Instances | undefined;
  beforeAll(async () => {
    const databaseUrl = await scratchDatabase('small');
    const psql = new pg.Client({ connectionString: databaseUrl });
    psql.on('error', () => {});
    const usual = testEnvironment(databaseUrl);
    const given = { ...usual, ...(await environment(usual.DATABASE_URL)) };
    const apps = Array.from({ length: count }, () => buildApp(loadConfig(given), tracing?.()));
    apps.forEach(holdToDocument);
    apps.forEach(extend);
    instances = { apps, databaseUrl, psql };
    await Promise.all([psql.connect(), ...apps.map((app) => app.ready())]);
    // Made here, so that no test waits for it.
    apps.forEach(documentOf);
  }, 60_000);
  afterAll(async () => {
    await Promise.all(instances?.apps.map((app) => app.close()) ?? []);
    await instances?.psql.end();
  });
  return () => instances!;
}

export interface Asked {
  readonly status: number;
  readonly headers: Record<string, string | undefined>;
  readonly body: string;
  readonly bytes: Buffer;
  /** Statements that the request sent. */
  readonly statements: number;
  /** How the cache answered: `l1 hit`. */
  readonly cache: string | undefined;
}

export async function ask(app: App, url: string, headers: Record<string, string> = {}): Promise<Asked> {
  const reply = await app.inject({ url, headers });
  const timing = String(reply.headers['server-timing']);
  return {
    status: reply.statusCode,
    headers: reply.headers as Asked['headers'],
    body: reply.body,
    bytes: reply.rawPayload,
    statements: Number(/desc="(\d+) statement/.exec(timing)?.[1]),
    cache: /cache;desc="([^"]+)"/.exec(timing)?.[1],
  };
}

export interface HeldStatement {
  /** Resolves when the statement has been answered by the database. */
  readonly answered: Promise<void>;
  /** Hands its answer on. */
  release(): void;
}

/** Holds back what the database answers to the next statement of an instance, between its snapshot and its use. */
export function holdNextAnswer(app: App): HeldStatement {
  const instance = app.hotpath as { -readonly [K in keyof Hotpath]: Hotpath[K] };
  const { execute } = instance;
  const answered = Promise.withResolvers<void>();
  const released = Promise.withResolvers<void>();
  instance.execute = async (statement) => {
    instance.execute = execute;
    const row = await execute(statement);
    answered.resolve();
    await released.promise;
    return row;
  };
  return { answered: answered.promise, release: released.resolve };
}
