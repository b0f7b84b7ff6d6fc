/** One connection to the database of `DATABASE_URL`, for a command. */
import { SessionClient } from '../session/session-client.ts';

/** Opens a connection, works on it, and closes it, even if the work fails. */
export async function onDatabase<T>(connectionString: string, work: (client: SessionClient) => Promise<T>): Promise<T> {
  const client = new SessionClient({ connectionString });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
