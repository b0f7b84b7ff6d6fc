/** Starts the embedded PostgreSQL behind `EMBEDDED_URL` if it is not running, and releases it after the work. */

import { DATABASE_DIRECTORY, DATABASE_NAME } from '../../src/dev/home.ts';
import { ensureDatabase, openEmbeddedPostgres } from '../../src/dev/postgres/embedded-postgres.ts';
import type { Datasource } from './command-line.ts';
import { EMBEDDED_URL } from './embedded-url.ts';

/** Runs `work` on a datasource whose server accepts connections. */
export async function withServer<T>(datasource: Datasource, work: (datasource: Datasource) => Promise<T>): Promise<T> {
  if (datasource.url !== EMBEDDED_URL) return work(datasource);
  const server = await openEmbeddedPostgres({ directory: DATABASE_DIRECTORY });
  try {
    await ensureDatabase(server, DATABASE_NAME);
    return await work({ ...datasource, url: server.url(DATABASE_NAME) });
  } finally {
    await server.stop();
  }
}
