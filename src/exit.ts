/**
 * How a process ends when it cannot start: one sentence for what the operator can mend, the whole error for what
 * only we can; exit code 1.
 */
export async function orExit<T>(start: () => Promise<T>): Promise<T> {
  try {
    return await start();
  } catch (error) {
    process.stderr.write(`${explained(error)}\n`);
    process.exit(1);
  }
}

const SENTENCES: Readonly<Record<string, (error: NodeJS.ErrnoException & { port?: number }) => string>> = {
  EADDRINUSE: ({ port }) => `Port ${port} is taken: stop what uses it, or set PORT.`,
  EACCES: ({ port }) => `Port ${port} may not be used by this user: set PORT.`,
  ECONNREFUSED: ({ port }) => `Nothing answers at port ${port} of DATABASE_URL's host.`,
  ENOTFOUND: ({ message }) => `DATABASE_URL's host is unknown (${message}).`,
  '28P01': ({ message }) => `DATABASE_URL is refused: ${message}.`,
  '3D000': ({ message }) => `DATABASE_URL names a database that is not there: ${message}.`,
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

function explained(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (TOLD_BY_MESSAGE.has(error.name)) return error.message;
  const code = (error as NodeJS.ErrnoException).code ?? '';
  return SENTENCES[code]?.(error) ?? error.stack ?? error.message;
}
