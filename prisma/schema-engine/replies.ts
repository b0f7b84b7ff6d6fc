/** The engine's replies to the CLI's requests, with the errors of the native engine. */

import type { DiffResult } from '@prisma/schema-engine-wasm';
import type { MigrationAdapters } from './adapters.ts';
import { commandRunner, isMethod, type Request } from './commands.ts';
import { watchForPanic } from './engine.ts';
import { type Call, RpcError } from './json-rpc.ts';
import { KnownError } from './known-error.ts';
import { migrationScripts, nameOfMigration } from './migrations.ts';
import { migrationError, shadowMigrationError } from './script-error.ts';

/** The code that the native engine gives every failed command; `data` has the Prisma error code. */
const COMMAND_FAILED = 4466;

/** An error as the engine throws it: `code` and `meta` are those of Prisma's error reference. */
interface EngineError extends Error {
  code?: string;
  meta?: unknown;
}

/**
 * Replies to requests for the schema in the files at `paths`. The engine starts at the first of them, so a failure to start
 * becomes the reply to every request. After a panic the engine's state is invalid, so every later request fails with that panic.
 */
export function engineReplies(paths: string[], adapters: MigrationAdapters): Call {
  const panic = watchForPanic();
  const run = commandRunner(paths, adapters);
  let broken: RpcError | undefined;
  return async (method, params, print) => {
    if (!isMethod(method)) throw new RpcError(-32601, 'Method not found');
    if (broken) throw broken;
    adapters.failure = undefined;
    adapters.migrations = migrationScripts(params);
    try {
      const result = await Promise.race([run({ method, params }), panic.thrown]);
      return method === 'diff' ? printed(result as DiffResult, print) : (result ?? {});
    } catch (error) {
      if (error instanceof WebAssembly.RuntimeError) broken = panicked(error, panic.message);
      throw broken ?? commandFailed(fullError(error as EngineError, adapters.failure, { method, params }));
    }
  };
}

/** The native engine prints a difference, and replies with the exit code only. */
function printed({ stdout, exitCode }: DiffResult, print: (text: string) => void): object {
  if (stdout) print(stdout);
  return { exitCode };
}

/** The native engine's error, if the adapters know more than `error` says. */
function fullError(error: EngineError, failure: MigrationAdapters['failure'], request: Request): EngineError {
  if (failure instanceof KnownError) return error.code === undefined ? failure : error;
  if (failure === undefined) return error;
  if (request.method === 'dbExecute') return new Error(failure.description);
  const migration = nameOfMigration(request.params, failure.script, error.message);
  if (migration === undefined) return error;
  return (request.method === 'applyMigrations' ? migrationError : shadowMigrationError)(migration, failure);
}

function commandFailed({ message, code, meta }: EngineError): RpcError {
  return new RpcError(COMMAND_FAILED, message, { is_panic: false, message, error_code: code, meta });
}

function panicked({ stack }: Error, message: string): RpcError {
  return new RpcError(COMMAND_FAILED, message, { is_panic: true, message: stack, error: { message } });
}
