/** The driver adapters of one datasource: for its database, and for the shadow databases that the engine tries migrations on. */

import { randomInt, randomUUID } from 'node:crypto';
import {
  isDriverAdapterError,
  type SqlDriverAdapter,
  type SqlMigrationAwareDriverAdapterFactory,
} from '@prisma/driver-adapter-utils';
import pg from 'pg';
import type { Datasource } from './command-line.ts';
import { parseDatabaseUrl, schemaName, withDatabase } from './database-url.ts';
import { KnownError } from './known-error.ts';
import type { ScriptError } from './script-error.ts';
import { openSession, type SessionOptions } from './session.ts';

export interface MigrationAdapters extends SqlMigrationAwareDriverAdapterFactory {
  /** The last failure that an adapter met. Set it to undefined before work whose failure you read. */
  failure: KnownError | ScriptError | undefined;
  /** The scripts of the migrations that the engine may run now. */
  migrations: ReadonlySet<string>;
  /** Closes all open adapters, and drops their shadow databases. */
  dispose(): Promise<void>;
}

export function migrationAdapters(datasource: Datasource): MigrationAdapters {
  const open = new Set<SqlDriverAdapter>();
  const options: SessionOptions = {
    onFailure: (failure) => {
      adapters.failure = failure;
    },
    isMigration: (script) => adapters.migrations.has(script),
  };
  const keep = async (connect: () => Promise<SqlDriverAdapter>) => {
    const adapter = await connect().catch((error) => {
      if (error instanceof KnownError) options.onFailure(error);
      throw error;
    });
    open.add(adapter);
    return onDispose(adapter, async () => void open.delete(adapter));
  };
  const adapters: MigrationAdapters = {
    provider: 'postgres',
    adapterName: '@prisma/adapter-pg',
    failure: undefined,
    migrations: new Set(),
    connect: () => keep(async () => openSession(parseDatabaseUrl(datasource.url), options)),
    connectToShadowDb: () => keep(() => openShadow(datasource, options)),
    dispose: async () => {
      await Promise.all([...open].map((adapter) => adapter.dispose()));
    },
  };
  return adapters;
}

async function openShadow({ url, shadowDatabaseUrl }: Datasource, options: SessionOptions): Promise<SqlDriverAdapter> {
  const main = parseDatabaseUrl(url);
  if (!shadowDatabaseUrl) return createShadow(main, options);
  const shadow = parseDatabaseUrl(shadowDatabaseUrl);
  const sessions = [await openSession(main, options), await openSession(shadow, options)] as const;
  const same = await areInOneDatabase(...sessions).finally(() => Promise.all(sessions.map((each) => each.dispose())));
  if (same) throw new KnownError('P3014', 'The shadow database is the main database. Please give another URL for it.');
  return emptyShadow(shadow, options);
}

/** An advisory lock exists in its own database only, so it identifies a database whatever host name its URL has. */
async function areInOneDatabase(one: SqlDriverAdapter, other: SqlDriverAdapter): Promise<boolean> {
  const key = randomInt(2 ** 31);
  const query = (sql: string) => ({ sql, args: [], argTypes: [] });
  await one.queryRaw(query(`SELECT pg_try_advisory_lock_shared(${key})`));
  const { rows } = await other.queryRaw(query(`SELECT pg_try_advisory_lock(${key})`));
  return rows[0]?.[0] === false;
}

/**
 * Creates a database, and drops it when its adapter is disposed of. `@prisma/adapter-pg` would try the migrations on the main
 * database, because it keeps the connection string.
 */
async function createShadow(url: URL, options: SessionOptions): Promise<SqlDriverAdapter> {
  const name = `prisma_migrate_shadow_db_${randomUUID()}`;
  const main = await openSession(url, options);
  try {
    await main.executeScript(`CREATE DATABASE ${pg.escapeIdentifier(name)}`);
  } catch (error) {
    await main.dispose();
    throw isDriverAdapterError(error) && error.cause.kind === 'postgres' ? shadowError(error.cause.message) : error;
  }
  return onDispose(await openSession(withDatabase(url, name), options), async () => {
    await main.executeScript(`DROP DATABASE ${pg.escapeIdentifier(name)} WITH (FORCE)`);
    await main.dispose();
  });
}

/** Empties the developer's own shadow database before each use, and does not drop it. */
async function emptyShadow(url: URL, options: SessionOptions): Promise<SqlDriverAdapter> {
  const schema = pg.escapeIdentifier(schemaName(url) ?? 'public');
  const shadow = await openSession(url, options);
  await shadow.executeScript(`DROP SCHEMA IF EXISTS ${schema} CASCADE; CREATE SCHEMA ${schema}`);
  return shadow;
}

function shadowError(reason: string): KnownError {
  return new KnownError(
    'P3014',
    'Prisma Migrate could not create the shadow database. Please make sure the database user has permission to create databases. ' +
      'Read more about the shadow database (and workarounds) at https://pris.ly/d/migrate-shadow\n\n' +
      `Original error: ${reason}`,
  );
}

function onDispose(adapter: SqlDriverAdapter, then: () => Promise<void>): SqlDriverAdapter {
  const dispose = adapter.dispose.bind(adapter);
  return Object.assign(adapter, { dispose: () => dispose().then(then) });
}
