/** Prisma's error codes for failed connections to PostgreSQL. */

import { databaseName } from './database-url.ts';
import { KnownError } from './known-error.ts';

/** Prisma's error for a failed connection to the database at `url`; undefined if the error is not about the connection. */
export function connectionError(error: Error, url: URL): KnownError | undefined {
  const { code = '', syscall } = error as NodeJS.ErrnoException;
  const { message } = error;
  return (
    sqlStateError(code, url) ??
    (/SSL|TLS|CERT|SIGNATURE/.test(code) || / SSL /.test(message) ? tlsError(message) : undefined) ??
    (/ECONNRESET|EPIPE/.test(code) || /terminated/.test(message) ? closedError() : undefined) ??
    (syscall !== undefined || /timeout/.test(message) ? unreachableError(url) : undefined)
  );
}

/** The error of a server that refuses the session. */
function sqlStateError(code: string, url: URL): KnownError | undefined {
  const user = decodeURIComponent(url.username);
  switch (code) {
    case '28P01':
      return new KnownError(
        'P1000',
        `Authentication failed against database server, the provided database credentials for \`${user}\` are not valid.\n\n` +
          'Please make sure to provide valid database credentials for the database server at the configured address.',
      );
    case '28000':
      return new KnownError('P1010', `User \`${user}\` was denied access on the database \`${databaseName(url)}\``);
    case '3D000':
      return new KnownError('P1003', `Database \`${databaseName(url)}\` does not exist`);
    case '42P04':
      return new KnownError('P1009', `Database \`${databaseName(url)}\` already exists`);
  }
  return undefined;
}

function tlsError(reason: string): KnownError {
  return new KnownError('P1011', `Error opening a TLS connection: ${reason}`);
}

function closedError(): KnownError {
  return new KnownError('P1017', 'Server has closed the connection.');
}

function unreachableError(url: URL): KnownError {
  const server = `${url.hostname || url.searchParams.get('host') || 'localhost'}:${url.port || 5432}`;
  return new KnownError(
    'P1001',
    `Can't reach database server at \`${server}\`\n\nPlease make sure your database server is running at \`${server}\`.`,
  );
}
