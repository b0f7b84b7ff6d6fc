/** The URL of the project's embedded PostgreSQL, which stands in where DATABASE_URL is not set. */

/** Undefined where no embedded database has been made yet. */
export function embeddedDatabaseUrl(): string | undefined {
  return undefined;
}
