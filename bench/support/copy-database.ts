/**
 * Copies of databases. PostgreSQL copies and renames a database only while it has no connections, and waits five seconds for
 * that. An autovacuum that has just begun counts as a connection, and may take longer to stop.
 */
import type pg from 'pg';

/** `object_in_use` */
const IN_USE = '55006';
/** PostgreSQL waits in each. */
const ATTEMPTS = 24;

/** Copies a database as its files are; a database that has the name of the copy already is dropped. */
export async function copyDatabase(admin: pg.Client, { from, to }: { from: string; to: string }): Promise<void> {
  await admin.query(`drop database if exists ${to} with (force)`);
  await aloneIn(admin, from, `create database ${to} template ${from} strategy file_copy`);
}

/** Runs a statement that needs a database without connections; it ends all of them. */
export async function aloneIn(admin: pg.Client, database: string, statement: string): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    await admin.query('select pg_terminate_backend(pid) from pg_stat_activity where datname = $1', [database]);
    try {
      await admin.query(statement);
      return;
    } catch (error) {
      if ((error as { code?: string }).code !== IN_USE || attempt === ATTEMPTS) throw error;
    }
  }
}
