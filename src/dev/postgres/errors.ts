/** The embedded PostgreSQL is not available. The message names the reason and the remedy. */
export class EmbeddedPostgresError extends Error {
  override readonly name: string = 'EmbeddedPostgresError';
}

/** Another process owns the cluster: only one `npm run dev` or `npm run db` can run at a time. */
export class DatabaseInUseError extends EmbeddedPostgresError {
  override readonly name = 'DatabaseInUseError';
}

export class UnsupportedPlatformError extends EmbeddedPostgresError {
  override readonly name = 'UnsupportedPlatformError';
}

/** Whether this is an error of the system or of PostgreSQL with one of these codes. */
export function hasCode(error: unknown, ...codes: string[]): boolean {
  return codes.includes((error as { code?: string }).code ?? '');
}
