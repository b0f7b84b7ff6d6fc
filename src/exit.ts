/**
 * Starts a process, and ends it with exit code 1 if it cannot start. Standard error gets one sentence if the operator can fix
 * the fault, and the whole error if it is a fault in the code. The output to standard error contains no secret of the
 * environment.
 */
import { databaseFault } from 'hotpath/database';
import { environment } from './config/config.ts';
import { createRedactor } from './config/secrets.ts';

/** Also ends the process at an uncaught error while it starts. */
export async function orExit<T>(start: () => Promise<T>): Promise<T> {
  redactStandardError();
  const fail = (error: unknown): never => {
    process.stderr.write(`${startSentence(error)}\n`);
    process.exit(1);
  };
  const uncaught = ['uncaughtException', 'unhandledRejection'] as const;
  for (const event of uncaught) process.on(event, fail);
  try {
    return await start();
  } catch (error) {
    return fail(error);
  } finally {
    for (const event of uncaught) process.off(event, fail);
  }
}

/** @param from an object with further secrets, besides the environment. */
export function redactStandardError(from: Readonly<Record<string, string | undefined>> = {}): void {
  const redact = createRedactor({ ...environment, ...from });
  const write = process.stderr.write.bind(process.stderr) as (...args: unknown[]) => boolean;
  process.stderr.write = ((chunk: string | Uint8Array, ...rest: unknown[]) =>
    write(typeof chunk === 'string' ? redact(chunk) : chunk, ...rest)) as typeof process.stderr.write;
}

type StartError = NodeJS.ErrnoException & { readonly port?: number };

const POOL = 'lower DATABASE_POOL_MIN, DATABASE_POOL_MAX or WORKERS, or raise max_connections of PostgreSQL';

/** Sentences of the service that differ from those of the other programs, by the code of the error. */
const SENTENCES: Readonly<Record<string, (error: StartError) => string>> = {
  EADDRINUSE: ({ port }) => `Port ${port} is taken: stop what uses it, or set PORT.`,
  EADDRNOTAVAIL: () => 'HOST is not an address of this machine.',
  EACCES: ({ port, path }) =>
    port === undefined
      ? `${path} may not be used by this user.`
      : `Port ${port} may not be used by this user: set PORT.`,
  ENOTFOUND: () => 'A host is unknown: see DATABASE_URL and HOST.',
  '53300': ({ message }) => `PostgreSQL has no connection left: ${message}; ${POOL}.`,
};

const TOLD_BY_MESSAGE = new Set([
  'ConfigError',
  'DatabaseInUseError',
  'UnsupportedPlatformError',
  'CommandError',
  'MigrationError',
  'QueueMissingError',
  'SessionSettingsError',
]);

/** The report of an error that keeps a process from starting: a sentence, or the stack of an error in the code. */
export function startSentence(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (TOLD_BY_MESSAGE.has(error.name)) return error.message;
  const { code = '' } = error as StartError;
  if (Object.hasOwn(SENTENCES, code)) return SENTENCES[code]!(error);
  return databaseFault(error) ?? error.stack ?? error.message;
}
