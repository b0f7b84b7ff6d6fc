/** A migrated database for one run of the check, on a server that only runs of the check use, so that copies of it are small. */
import { join } from 'node:path';
import pg from 'pg';
import { HOME } from '../../../src/dev/home.ts';
import { migrate } from '../../../src/dev/migrate.ts';
import { openEmbeddedPostgres } from '../../../src/dev/postgres/embedded-postgres.ts';
import { UNSAFE } from './database.ts';

export interface OwnDatabaseOptions {
  readonly hasStandbys: boolean;
  readonly log?: (line: string) => void;
}

/** @returns its URL. It is dropped with the stack. */
export async function openOwnDatabase(
  stack: AsyncDisposableStack,
  { hasStandbys, log = () => {} }: OwnDatabaseOptions,
): Promise<string> {
  const folder = hasStandbys ? 'check-replicas' : 'check-postgres';
  const server = await openEmbeddedPostgres({ directory: join(HOME, folder), settings: UNSAFE, log });
  stack.defer(server.stop);
  const name = `check_${process.pid}`;
  const admin = stack.adopt(new pg.Client({ connectionString: server.url() }), (client) => client.end());
  await admin.connect();
  await admin.query(`create database ${name}`);
  stack.defer(async () => void (await admin.query(`drop database ${name} with (force)`)));
  await migrate(server.url(name));
  return server.url(name);
}
