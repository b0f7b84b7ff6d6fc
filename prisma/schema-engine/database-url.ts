/** The URL of a PostgreSQL database, as Prisma writes it: `postgresql://user:password@host:5432/database?schema=public`. */

import { KnownError } from './known-error.ts';

/** Throws a KnownError (P1013) if `text` is missing, or not a URL of a PostgreSQL database. */
export function parseDatabaseUrl(text: string | undefined): URL {
  if (!text) throw new KnownError('P1013', 'The engine needs a database URL for this command.');
  const url = URL.parse(text);
  if (url && /^postgres(ql)?:$/.test(url.protocol)) return url;
  throw new KnownError('P1013', 'The provided database string is invalid. It must start with `postgresql://`.');
}

export function databaseName(url: URL): string {
  return decodeURIComponent(url.pathname.slice(1)) || decodeURIComponent(url.username) || 'postgres';
}

/** The schema that the URL names; undefined means the server's search path. */
export function schemaName(url: URL): string | undefined {
  return url.searchParams.get('schema') ?? undefined;
}

/** The same server, credentials and parameters, with another database. */
export function withDatabase(url: URL, database: string): URL {
  const other = new URL(url);
  other.pathname = `/${encodeURIComponent(database)}`;
  return other;
}
