/**
 * A process that uses an embedded PostgreSQL until it gets the message to stop, or is killed: `postgres-user.ts <directory>
 * <role>`. It ignores Ctrl-C.
 */
import { openEmbeddedPostgres } from '../../src/dev/postgres/embedded-postgres.ts';

/** The messages to its parent. */
export type Report = { opened: { url: string; port: number } } | { failed: { name: string; message: string } };

const [directory, role] = process.argv.slice(2) as [string, 'owner' | 'guest'];
process.on('SIGINT', () => {});
try {
  const server = await openEmbeddedPostgres({ directory, role, settings: { fsync: 'off' } });
  process.once('message', () => server.stop().then(() => process.disconnect()));
  process.send!({ opened: { url: server.url(), port: server.port } } satisfies Report);
} catch (error) {
  const { name, message } = error as Error;
  process.send!({ failed: { name, message } } satisfies Report, () => process.disconnect());
}
