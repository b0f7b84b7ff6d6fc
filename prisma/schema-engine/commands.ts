/** The commands of Prisma's CLI, carried out by the engine, with errors as its native form gives them. */

import { readFile } from 'node:fs/promises';
import type { DiffResult, MigrationDirectory, MigrationList, SchemaEngine } from '@prisma/schema-engine-wasm';
import type { MigrationAdapters } from './adapters.ts';
import { enablePreviewFeatures, startEngine, watchForPanic } from './engine.ts';
import { type Call, RpcError } from './json-rpc.ts';
import { KnownError } from './known-error.ts';
import { migrationError, shadowMigrationError } from './script-error.ts';

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

type Method = keyof typeof METHODS;

/** The methods that compare the schema with a database, for which the preview features matter. */
const COMPARING = new Set<Method>(['createMigration', 'devDiagnostic', 'evaluateDataLoss', 'schemaPush']);

/** The code that the native engine gives every failed command; the Prisma error code stands in `data`. */
const COMMAND_FAILED = 4466;

/** An error as the engine throws it: `code` and `meta` are those of Prisma's error reference. */
interface EngineError extends Error {
  code?: string;
  meta?: unknown;
}

interface Request {
  method: Method;
  params: unknown;
}

/**
 * Carries out commands for the schema in the files at `paths`. The engine starts at the first of them, so that a failure
 * to start is an answer too. After a panic the engine is not to be trusted: all that follows is answered with that panic.
 * The call throws an RpcError.
 */
export function engineCommands(paths: string[], adapters: MigrationAdapters): Call {
  const panic = watchForPanic();
  const files = once(() => Promise.all(paths.map(async (path) => ({ path, content: await readFile(path, 'utf8') }))));
  const engine = once(async () => startEngine(await files(), adapters));
  const prepared = once(async () => enablePreviewFeatures(await engine(), await files()));
  const run = async ({ method, params }: Request) => {
    if (COMPARING.has(method)) await prepared();
    return invoke(await engine(), method, params);
  };
  return async (method, params, print) => {
    if (!isMethod(method)) throw new RpcError(-32601, 'Method not found');
    adapters.failure = undefined;
    try {
      const result = await Promise.race([run({ method, params }), panic.thrown]);
      return method === 'diff' ? printed(result as DiffResult, print) : (result ?? {});
    } catch (error) {
      if (error instanceof WebAssembly.RuntimeError) throw panicked(error, panic.message);
      throw commandFailed(fullError(error as EngineError, adapters.failure, { method, params }));
    }
  };
}

function once<T>(start: () => Promise<T>): () => Promise<T> {
  let started: Promise<T> | undefined;
  return () => (started ??= start());
}

function isMethod(name: string): name is Method {
  return Object.hasOwn(METHODS, name);
}

function invoke(engine: SchemaEngine, method: Method, params: unknown): unknown {
  return (engine[METHODS[method]] as (params: unknown) => unknown).call(engine, params);
}

/** The native engine prints a difference, and answers with the exit code alone. */
function printed({ stdout, exitCode }: DiffResult, print: (text: string) => void): object {
  if (stdout) print(stdout);
  return { exitCode };
}

/** The error that the native engine would give, where the adapters know more than this one says. */
function fullError(error: EngineError, failure: MigrationAdapters['failure'], request: Request): EngineError {
  if (failure instanceof KnownError) return error.code === undefined ? failure : error;
  if (failure === undefined) return error;
  if (request.method === 'dbExecute') return new Error(failure.description);
  const migration = migrationDirectories(request.params).find(({ migrationFile: { content } }) => {
    return content.tag === 'ok' && content.value === failure.script;
  });
  if (!migration) return error;
  return (request.method === 'applyMigrations' ? migrationError : shadowMigrationError)(migration.path, failure);
}

function migrationDirectories(params: unknown): MigrationDirectory[] {
  const { migrationsList, from, to } = params as Record<string, Partial<MigrationList> | undefined>;
  return [migrationsList, from, to].flatMap((list) => list?.migrationDirectories ?? []);
}

function commandFailed({ message, code, meta }: EngineError): RpcError {
  return new RpcError(COMMAND_FAILED, message, { is_panic: false, message, error_code: code, meta });
}

function panicked({ stack }: Error, message: string): RpcError {
  return new RpcError(COMMAND_FAILED, message, { is_panic: true, message: stack, error: { message } });
}
