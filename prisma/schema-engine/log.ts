/** One line of the log that the Prisma CLI reads from its engine's stderr. */

/** Writes an error as the CLI expects it: JSON on a line of its own. `code` is a Prisma error code such as P1001. */
export function logError(message: string, code?: string): void {
  const fields = { message, error_code: code };
  const line = { timestamp: new Date().toISOString(), level: 'ERROR', fields, target: 'schema_engine::logger' };
  process.stderr.write(`${JSON.stringify(line)}\n`);
}
