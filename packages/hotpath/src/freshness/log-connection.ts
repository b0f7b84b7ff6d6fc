/** The connection on which the log is read, and on which the database may tell of changes (`notify.ts`). */
import type pg from 'pg';
import { SessionClient } from '../session/session-client.ts';
import { CHANNEL } from './notify.ts';

export interface LogConnectionOptions {
  /** How the database is reached. */
  readonly connection: pg.ClientConfig;
  /** How long the database may take to accept the connection, and to answer each statement, in milliseconds. */
  readonly patienceMs: number;
  /** Called soon after a change that the database tells of; without it, nothing is listened for. */
  readonly onChange?: () => void;
}

/** From a change to the call for it: many commits are one call. */
const WAKE_UP_MS = 5;

/** A connection that is lost fails the statement that is sent on it next. */
export async function openLogConnection(options: LogConnectionOptions): Promise<SessionClient> {
  const { connection, patienceMs, onChange } = options;
  const client = new SessionClient({
    ...connection,
    application_name: 'hotpath follower',
    connectionTimeoutMillis: patienceMs,
    query_timeout: patienceMs,
    keepAlive: true,
  });
  client.on('error', () => {});
  try {
    await client.connect();
    if (onChange) await listenOn(client, onChange);
    return client;
  } catch (error) {
    void client.end();
    throw error;
  }
}

async function listenOn(client: SessionClient, onChange: () => void): Promise<void> {
  let waking: NodeJS.Timeout | undefined;
  const wake = () => {
    waking = undefined;
    onChange();
  };
  client.on('notification', () => {
    if (waking === undefined) waking = setTimeout(wake, WAKE_UP_MS);
  });
  await client.query(`LISTEN ${CHANNEL}`);
}
