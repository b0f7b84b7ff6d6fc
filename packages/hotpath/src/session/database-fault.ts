/**
 * The reason why a program cannot use its database, in one sentence for the operator that set `DATABASE_URL`. The
 * sentence repeats no part of the URL, which contains a password.
 */
import { ACCEPTS_NO_SESSION, FORBIDDEN, NO_CONNECTION_LEFT, UNDEFINED_TABLE } from './error-codes.ts';

type ConnectionError = NodeJS.ErrnoException & { readonly port?: number; readonly errors?: readonly ConnectionError[] };

/** By the code of a socket error, or a SQLSTATE. */
const SENTENCES: Readonly<Record<string, (error: ConnectionError) => string>> = {
  ECONNREFUSED: (error) => `Nothing answers at port ${portOf(error)} of DATABASE_URL's host.`,
  ECONNRESET: () => "DATABASE_URL's host closes each connection: something other than PostgreSQL may listen there.",
  ENOTFOUND: () => "DATABASE_URL's host is unknown.",
  EAI_AGAIN: () => "DATABASE_URL's host cannot be resolved: the name server does not answer.",
  ETIMEDOUT: () => "DATABASE_URL's host does not answer.",
  EHOSTUNREACH: () => "DATABASE_URL's host cannot be reached.",
  ENETUNREACH: () => "DATABASE_URL's host cannot be reached.",
  '28P01': () => 'PostgreSQL refuses the user or the password of DATABASE_URL.',
  '28000': ({ message }) => `PostgreSQL refuses the connection of DATABASE_URL: ${message}.`,
  '3D000': ({ message }) => `DATABASE_URL names a database that does not exist: ${message}.`,
  [FORBIDDEN]: ({ message }) =>
    `The user of DATABASE_URL lacks a privilege that the service needs: ${message}. Grant it.`,
  [UNDEFINED_TABLE]: ({ message }) => `The database is not migrated: ${message}. Run the migrations.`,
  [NO_CONNECTION_LEFT]: ({ message }) => `PostgreSQL has no connection left: ${message}.`,
  [ACCEPTS_NO_SESSION]: ({ message }) => `PostgreSQL takes no connections at the moment: ${message}.`,
};

/** Errors without a code, by their messages. */
const KNOWN_MESSAGES: readonly (readonly [RegExp, string])[] = [
  [
    /timeout exceeded when trying to connect|timeout expired|connection timeout/,
    "DATABASE_URL's host does not answer in time.",
  ],
  [/does not support SSL/, 'PostgreSQL does not speak TLS, and the sslmode of DATABASE_URL requires it.'],
  [
    /Connection terminated/,
    "DATABASE_URL's host closes each connection: something other than PostgreSQL may listen there.",
  ],
];

/** A host of several addresses has an error for each. */
const portOf = ({ port, errors }: ConnectionError): number | undefined => port ?? errors?.[0]?.port;

/** The sentence about an error; undefined for an error that does not concern the connection to the database. */
export function databaseFault(error: Error): string | undefined {
  const { code = '' } = error as ConnectionError;
  if (Object.hasOwn(SENTENCES, code)) return SENTENCES[code]!(error);
  if (/CERT|SELF_SIGNED|UNABLE_TO|ERR_TLS|ERR_SSL/.test(code)) {
    return `The certificate of DATABASE_URL's host is refused (${code}): name its authority by sslrootcert or NODE_EXTRA_CA_CERTS.`;
  }
  return KNOWN_MESSAGES.find(([pattern]) => pattern.test(error.message))?.[1];
}
