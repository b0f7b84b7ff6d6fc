/** Runs the commands of Prisma's CLI on the engine. */

import { readFile } from 'node:fs/promises';
import type { ApplyMigrationsOutput, DevDiagnosticInput, SchemaEngine } from '@prisma/schema-engine-wasm';
import type { MigrationAdapters } from './adapters.ts';
import { enablePreviewFeatures, startEngine } from './engine.ts';
import { KnownError } from './known-error.ts';

/** The engine's name for each method of the CLI's protocol. */
const METHODS = {
  applyMigrations: 'applyMigrations',
  createMigration: 'createMigration',
  dbExecute: 'dbExecute',
  debugPanic: 'debugPanic',
  devDiagnostic: 'devDiagnostic',
  diagnoseMigrationHistory: 'diagnoseMigrationHistory',
  diff: 'diff',
  ensureConnectionValidity: 'ensureConnectionValidity',
  evaluateDataLoss: 'evaluateDataLoss',
  getDatabaseVersion: 'version',
  introspect: 'introspect',
  introspectSql: 'introspectSql',
  markMigrationApplied: 'markMigrationApplied',
  markMigrationRolledBack: 'markMigrationRolledBack',
  reset: 'reset',
  schemaPush: 'schemaPush',
} as const satisfies Record<string, keyof SchemaEngine>;

export type Method = keyof typeof METHODS;

/** The methods that compare the schema with a database, for which the preview features matter. */
const COMPARING = new Set<Method>(['createMigration', 'devDiagnostic', 'evaluateDataLoss', 'schemaPush']);

/** The methods that need the schema that results from the migrations. */
const PLANNING = new Set<Method>(['createMigration', 'evaluateDataLoss']);

export interface Request {
  method: Method;
  params: unknown;
}

/**
 * Runs commands on an engine that it starts when needed, and prepares the engine for some of them.
 *
 * Only `devDiagnostic` applies the migrations to a shadow database and keeps the resulting schema. `evaluateDataLoss` and
 * `createMigration` use that schema, and fail without it. The engine discards it when it applies migrations.
 */
export function commandRunner(paths: string[], adapters: MigrationAdapters): (request: Request) => Promise<unknown> {
  const files = once(() => Promise.all(paths.map(async (path) => ({ path, content: await readFile(path, 'utf8') }))));
  const engine = once(async () =>
    startEngine(await files(), adapters).catch((error) => {
      throw adapters.failure instanceof KnownError ? adapters.failure : error;
    }),
  );
  const heedPreviewFeatures = once(async () => enablePreviewFeatures(await engine(), await files()));
  let diagnosed = false;
  return async ({ method, params }) => {
    const started = await engine();
    if (COMPARING.has(method)) await heedPreviewFeatures();
    if (PLANNING.has(method) && !diagnosed) await diagnose(started, params as DevDiagnosticInput);
    const result = await invoke(started, method, params);
    if (method === 'devDiagnostic' || PLANNING.has(method)) diagnosed = true;
    if (method === 'applyMigrations' && appliedSome(result as ApplyMigrationsOutput)) diagnosed = false;
    return result;
  };
}

function appliedSome({ appliedMigrationNames }: ApplyMigrationsOutput): boolean {
  return appliedMigrationNames.length > 0;
}

async function diagnose(engine: SchemaEngine, { migrationsList, filters }: DevDiagnosticInput): Promise<void> {
  await engine.devDiagnostic({ migrationsList, filters });
}

function once<T>(start: () => Promise<T>): () => Promise<T> {
  let started: Promise<T> | undefined;
  return () => {
    started ??= start();
    return started;
  };
}

export function isMethod(name: string): name is Method {
  return Object.hasOwn(METHODS, name);
}

function invoke(engine: SchemaEngine, method: Method, params: unknown): unknown {
  return (engine[METHODS[method]] as (params: unknown) => unknown).call(engine, params);
}
