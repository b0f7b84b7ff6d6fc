/** One connection for as long as some work takes. */
import pg from 'pg';

export async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => {}); // The statement under way rejects; without a listener the process would end too.
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
