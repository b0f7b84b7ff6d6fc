/** A PostgreSQL server of a test's own that counts statements. */
import { mkdtempSync } from 'node:fs';
import { chmod, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { openEmbeddedPostgres } from '../../src/dev/postgres/embedded-postgres.ts';
import { onDatabase } from './on-database.ts';

/** The URL of an empty database on a new server, which stops after the test. @param libraries those that the server loads as it starts. */
export async function countingDatabase(libraries = 'pg_stat_statements'): Promise<string> {
  const directory = mkdtempSync(join(tmpdir(), 'hotpath-counting-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  await chmod(directory, 0o755);
  const settings = { fsync: 'off', shared_buffers: '64MB', shared_preload_libraries: libraries };
  const server = await openEmbeddedPostgres({ directory, settings });
  onTestFinished(() => server.stop());
  await onDatabase(server.url(), (client) => client.query('CREATE DATABASE counted'));
  const url = server.url('counted');
  if (libraries !== '') await onDatabase(url, (client) => client.query('CREATE EXTENSION pg_stat_statements'));
  return url;
}
