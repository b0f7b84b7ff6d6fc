/** The connection of the checks. It opens even if a service would refuse it, so that the other checks can run. */
import pg from 'pg';
import { SessionClient } from '../session/session-client.ts';
import { SessionSettingsError, schemaOf } from '../session/settings.ts';

export type Queryable = Pick<pg.Client, 'query'>;

export interface Examined {
  readonly client: pg.Client;
  /** The fault in the settings of the session, and its remedy. */
  readonly settingsComplaint?: string;
}

/** How long a server may take to accept the connection, and to answer each statement, in milliseconds. */
const PATIENCE_MS = 10_000;

/** @throws if the database cannot be reached. */
export async function openExamined(connectionString: string): Promise<Examined> {
  const config = {
    connectionString,
    application_name: 'hotpath doctor',
    connectionTimeoutMillis: PATIENCE_MS,
    query_timeout: PATIENCE_MS,
  };
  try {
    return { client: await connected(new SessionClient(config)) };
  } catch (error) {
    if (!(error instanceof SessionSettingsError)) throw error;
    const client = await connected(new pg.Client(config));
    await client.query(`SELECT set_config('search_path', quote_ident($1), false)`, [schemaOf(connectionString)]);
    return { client, settingsComplaint: error.message };
  }
}

async function connected(client: pg.Client): Promise<pg.Client> {
  // If the connection breaks, the next statement on it fails.
  client.on('error', () => {});
  await client.connect();
  return client;
}
