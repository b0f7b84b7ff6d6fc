/** The connections of a peer: as many as the service has, all open, each statement prepared once a connection. */
import { createHash } from 'node:crypto';
import pg from 'pg';

export const PEER_CONNECTIONS = 10;

/** @param onConnect called with each new connection. */
export async function openPool(url: string, onConnect?: (client: pg.PoolClient) => void): Promise<pg.Pool> {
  const pool = new pg.Pool({
    connectionString: url,
    max: PEER_CONNECTIONS,
    min: PEER_CONNECTIONS,
    idleTimeoutMillis: 0,
  });
  if (onConnect) pool.on('connect', onConnect);
  const clients = await Promise.all(Array.from({ length: PEER_CONNECTIONS }, () => pool.connect()));
  for (const client of clients) client.release();
  return pool;
}

/** Names a statement by its text, so that PostgreSQL plans it once. */
export class PreparedNames {
  readonly #names = new Map<string, string>();

  of(text: string): string {
    let name = this.#names.get(text);
    if (name === undefined) {
      name = createHash('sha256').update(text).digest('base64url').slice(0, 20);
      this.#names.set(text, name);
    }
    return name;
  }
}
