/** Why the embedded PostgreSQL could not be had, in a sentence that tells a developer what to do. */
export class EmbeddedPostgresError extends Error {
  override readonly name: string = 'EmbeddedPostgresError';
}

/** Another process owns the cluster: one `npm run dev` or `npm run db` at a time. */
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
