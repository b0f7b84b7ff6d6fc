/** The service under test: the real one, on the worker's own database, talked to through `inject()`. */
import { createSigner } from 'fast-jwt';
import type { Tracing } from 'hotpath/telemetry';
import { afterAll, beforeAll, inject } from 'vitest';
import { seed } from '../../prisma/seed/seed.ts';
import { type App, buildApp } from '../../src/app.ts';
import { loadConfig } from '../../src/config/config.ts';
import { testDatabaseUrl } from './database.ts';
import { documentOf } from './openapi.ts';
import { pooled } from './pooler.ts';
import { holdToDocument } from './replies.ts';
import { asService } from './service-role.ts';

export const TEST_SECRET = 'a secret that only tests know, long enough';

const pooler = inject('pooler');

/** Bounds that a busy machine keeps, too, on which many instances share one event loop. */
const PATIENT_BOUNDS = {
  REDIS_TIMEOUT_MS: '5000',
  FRESHNESS_BOUND_MS: '10000',
  DATABASE_CONNECTION_TIMEOUT_MS: '20000',
};
/** Short bounds, for the tests of what they bound: Redis's is a service's own, the follower's one that a busy machine keeps. */
export const SHORT_BOUNDS = { REDIS_TIMEOUT_MS: '50', FRESHNESS_BOUND_MS: '1000' };

/** @param databaseUrl of the owner. */
export const testEnvironment = (databaseUrl: string) => ({
  NODE_ENV: 'test',
  BUDGET_MODE: 'throw',
  LOG_LEVEL: 'silent',
  DATABASE_URL: pooler ? pooled(asService(databaseUrl), pooler) : asService(databaseUrl),
  JWT_SECRET: TEST_SECRET,
  PORT: '0',
  SHUTDOWN_DELAY_MS: '0',
  RATE_LIMIT_PUBLIC: '0',
  RATE_LIMIT_VIEWER: '0',
  OVERLOAD_EVENT_LOOP_DELAY_MS: '0',
  OVERLOAD_HEAP_BYTES: '0',
  ...PATIENT_BOUNDS,
  ...pooler?.environment,
});

export interface AppOptions {
  /** Puts the `tiny` seed into the database. */
  readonly seeded?: boolean;
  /** Variables of its own; the suite calls a function after it has started the servers that the variables name. */
  readonly environment?: Record<string, string> | (() => Record<string, string>);
  /** Adds to the service before it is ready. */
  readonly extend?: (app: App) => void;
  /** Where its spans go; asked when it is built. */
  readonly tracing?: () => Tracing | undefined;
}

/** Builds the service before the tests of a file, and closes it after them. */
export function useApp({ seeded = false, environment = {}, extend, tracing }: AppOptions = {}): () => App {
  let app: App | undefined;
  beforeAll(async () => {
    const url = await testDatabaseUrl();
    if (seeded) await seed({ url, size: 'tiny' });
    const given = typeof environment === 'function' ? environment() : environment;
    app = buildApp(loadConfig({ ...testEnvironment(url), ...given }), tracing?.());
    holdToDocument(app);
    extend?.(app);
    await app.ready();
    // Made here, so that no test waits for it.
    documentOf(app);
  });
  afterAll(async () => {
    await app?.close();
  });
  return () => app!;
}

const sign = createSigner({ key: TEST_SECRET, algorithm: 'HS256', iss: 'hotpath', aud: 'hotpath', expiresIn: 60_000 });

/** The header of a viewer: a user's own token, or an administrator's. */
export const as = (user: number | string, role: 'user' | 'admin' = 'user') => ({
  authorization: `Bearer ${sign({ sub: String(user), role })}`,
});
