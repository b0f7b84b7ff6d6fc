/**
 * Development's PostgreSQL. As a command, `npm run db`, it runs in the foreground until Ctrl-C: for the Prisma CLI, for psql,
 * or for a service that is started and stopped separately.
 */
import { orExit } from '../exit.ts';
import { DATABASE_DIRECTORY, DATABASE_NAME } from './home.ts';
import { ensureDatabase, openEmbeddedPostgres } from './postgres/embedded-postgres.ts';

export interface DevelopmentDatabase {
  readonly url: string;
  close(): Promise<void>;
}

/** The database at `url` if it is set; otherwise the embedded one, which this process owns. */
export async function openDevelopmentDatabase(url: string | undefined): Promise<DevelopmentDatabase> {
  if (url) return { url, close: async () => {} };
  const log = (line: string) => process.stderr.write(`${line}\n`);
  const server = await openEmbeddedPostgres({ directory: DATABASE_DIRECTORY, role: 'owner', log });
  await ensureDatabase(server, DATABASE_NAME);
  return { url: server.url(DATABASE_NAME), close: server.stop };
}

if (import.meta.main) {
  await orExit(async () => {
    const { url, close } = await openDevelopmentDatabase(undefined);
    process.stdout.write(`PostgreSQL runs until Ctrl-C. DATABASE_URL=${url}\n`);
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => orExit(close));
  });
}
