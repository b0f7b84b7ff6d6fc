/**
 * How a process starts, and ends if it cannot: one sentence for what the operator can mend, the whole error for what
 * only we can; exit code 1. What the process writes to standard error has no secret of the environment in it.
 */
import { createRedactor } from './config/secrets.ts';
import { environment } from './config.ts';

/** Also ends the process for an error that nobody catches while it starts. */
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

/** @param from where secrets are, besides the environment. */
export function redactStandardError(from: Readonly<Record<string, string | undefined>> = {}): void {
  const redact = createRedactor({ ...environment, ...from });
  const write = process.stderr.write.bind(process.stderr) as (...args: unknown[]) => boolean;
  process.stderr.write = ((chunk: string | Uint8Array, ...rest: unknown[]) =>
    write(typeof chunk === 'string' ? redact(chunk) : chunk, ...rest)) as typeof process.stderr.write;
}

type StartError = NodeJS.ErrnoException & { readonly port?: number; readonly errors?: readonly StartError[] };

const POOL = 'lower DATABASE_POOL_MIN, DATABASE_POOL_MAX or WORKERS, or raise max_connections of PostgreSQL';

/** By the code of a socket error, or a SQLSTATE. */
const SENTENCES: Readonly<Record<string, (error: StartError) => string>> = {
  EADDRINUSE: ({ port }) => `Port ${port} is taken: stop what uses it, or set PORT.`,
  EADDRNOTAVAIL: () => 'HOST is not an address of this machine.',
  EACCES: ({ port, path }) =>
    port === undefined
      ? `${path} may not be used by this user.`
      : `Port ${port} may not be used by this user: set PORT.`,
  ECONNREFUSED: (error) => `Nothing answers at port ${portOf(error)} of DATABASE_URL's host.`,
  ECONNRESET: () => "DATABASE_URL's host closes each connection: something other than PostgreSQL may listen there.",
  ENOTFOUND: () => 'A host is unknown: see DATABASE_URL and HOST.',
  EAI_AGAIN: () => "DATABASE_URL's host cannot be looked up: the name server does not answer.",
  ETIMEDOUT: () => "DATABASE_URL's host does not answer.",
  EHOSTUNREACH: () => "DATABASE_URL's host cannot be reached.",
  ENETUNREACH: () => "DATABASE_URL's host cannot be reached.",
  '28P01': () => 'PostgreSQL refuses the user or the password of DATABASE_URL.',
  '28000': ({ message }) => `PostgreSQL refuses the connection of DATABASE_URL: ${message}.`,
  '3D000': ({ message }) => `DATABASE_URL names a database that is not there: ${message}.`,
  '42501': ({ message }) => `The user of DATABASE_URL lacks a right that the service needs: ${message}. Grant it.`,
  '42P01': ({ message }) => `The database is not migrated: ${message}. Run the migrations.`,
  '53300': ({ message }) => `PostgreSQL has no connection left: ${message}; ${POOL}.`,
  '57P03': ({ message }) => `PostgreSQL takes no connections at the moment: ${message}.`,
};

/** Errors without a code, by their messages. */
const KNOWN_MESSAGES: readonly (readonly [RegExp, string])[] = [
  [
    /timeout exceeded when trying to connect|timeout expired|connection timeout/,
    "DATABASE_URL's host does not answer in time.",
  ],
  [/does not support SSL/, 'PostgreSQL does not speak TLS, and DATABASE_URL asks for it by its sslmode.'],
  [
    /Connection terminated/,
    "DATABASE_URL's host closes each connection: something other than PostgreSQL may listen there.",
  ],
];

const portOf = ({ port, errors }: StartError): number | undefined => port ?? errors?.[0]?.port;

const TOLD_BY_MESSAGE = new Set([
  'ConfigError',
  'DatabaseInUseError',
  'UnsupportedPlatformError',
  'CommandError',
  'MigrationError',
  'QueueMissingError',
  'SessionSettingsError',
]);

/** What is said of an error that keeps a process from starting: a sentence, or the stack of an error of ours. */
export function startSentence(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (TOLD_BY_MESSAGE.has(error.name)) return error.message;
  const { code = '' } = error as StartError;
  if (Object.hasOwn(SENTENCES, code)) return SENTENCES[code]!(error);
  if (/CERT|SELF_SIGNED|UNABLE_TO|ERR_TLS|ERR_SSL/.test(code)) {
    return `The certificate of DATABASE_URL's host is refused (${code}): name its authority by sslrootcert or NODE_EXTRA_CA_CERTS.`;
  }
  const known = KNOWN_MESSAGES.find(([pattern]) => pattern.test(error.message));
  return known?.[1] ?? error.stack ?? error.message;
}
