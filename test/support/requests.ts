/** Requests to the service under test, and what they left in its database. */
import pg from 'pg';
import { vi } from 'vitest';
import type { App } from '../../src/app.ts';
import { testDatabaseUrl } from './database.ts';

type Method = 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';
type Headers = Record<string, string>;

export function requestsTo(app: () => App) {
  async function ask(method: Method, url: string, headers: Headers = {}, body?: object) {
    const reply = await app().inject({ method, url: `/v1${url}`, headers, ...(body && { payload: body }) });
    return {
      status: reply.statusCode,
      headers: reply.headers,
      text: reply.payload,
      // biome-ignore lint/suspicious/noExplicitAny: a reply may have any type
      json: (reply.payload === '' ? undefined : reply.json()) as any,
      etag: String(reply.headers['etag']),
      statements: Number(/desc="(\d+) statement/.exec(String(reply.headers['server-timing']))?.[1]),
    };
  }

  /** Not through the app's pool, which may have no connection free. */
  async function sql<Row extends object = Record<string, never>>(text: string, values: unknown[] = []): Promise<Row[]> {
    return withClient(async (client) => (await client.query<Row>(text, values)).rows);
  }

  return {
    sql,
    ask,
    get: (url: string, headers?: Headers) => ask('GET', url, headers),
    post: (url: string, headers: Headers, body: object) => ask('POST', url, headers, body),
    patch: (url: string, headers: Headers, body: object) => ask('PATCH', url, headers, body),
  };
}

export async function withClient<T>(work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: await testDatabaseUrl() });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** Waits until this many of the service's connections wait for a lock. @returns their process ids. */
export const waitingForLock = (client: pg.Client, many: number): Promise<number[]> =>
  vi.waitFor(async () => {
    // In a transaction, who is active is seen as it was at the first look.
    await client.query('select pg_stat_clear_snapshot()');
    const { rows } = await client.query<{ pid: number }>(
      `select pid from pg_stat_activity
       where datname = current_database() and application_name = 'hotpath' and wait_event_type = 'Lock'`,
    );
    if (rows.length !== many) throw new Error(`${rows.length} wait for a lock, not ${many}.`);
    return rows.map(({ pid }) => pid);
  }, 10_000);
