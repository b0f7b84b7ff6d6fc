/**
 * The databases of test runs on one server: a migrated template, from which each worker's databases are copied.
 *
 * Several runs may share the server, and any may be killed. A run claims its databases (the template of its migrations and seed,
 * and the databases under its own name) with shared advisory locks on one connection, held as long as it lives. So a
 * database that can be locked exclusively belongs to no run, and the next run drops it. A template gets its name when it is
 * finished, and refuses connections then: a test never copies a template that is half made or in use.
 */
import { createHash, randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import pg from 'pg';
import { seed } from '../../prisma/seed/seed.ts';
import type { Size } from '../../prisma/seed/sizes.ts';
import { PROJECT } from '../../src/dev/home.ts';
import { migrate } from '../../src/dev/migrate.ts';
import { letServiceIn, serviceGrants } from './service-role.ts';

const SOURCES = ['prisma/migrations', 'prisma/seed', 'node_modules/graphile-worker/sql'].map((folder) =>
  join(PROJECT, folder),
);

/** The spaces of our advisory locks: one lock for each claimed name, one for the making of templates. */
const CLAIMS = 7_101;
const MAKING = 7_102;

/** The database of a server that `url` leads to, exchanged for another. */
export function withDatabase(url: string, database: string): string {
  const changed = new URL(url);
  changed.pathname = `/${database}`;
  return changed.href;
}

/** Names the databases of one run, and claims the name. */
export async function claimRun(admin: pg.Client): Promise<string> {
  const run = `hotpath_test_${randomBytes(6).toString('hex')}`;
  await claim(admin, run);
  return run;
}

/** The template with all migrations applied; made if it is missing. */
export async function claimTemplate(admin: pg.Client, adminUrl: string): Promise<string> {
  const template = `hotpath_template_${hashOfSources()}`;
  await claim(admin, template);
  await makeOnce(admin, adminUrl, template, { from: 'template1', fill: migrateForService });
  return template;
}

/** The template with a seed in it, beside the one without: as long as that is claimed, no run drops it. */
export async function seededTemplate(adminUrl: string, template: string, size: Size): Promise<string> {
  const seeded = `${template}_${size}`;
  const admin = new pg.Client({ connectionString: adminUrl });
  await admin.connect();
  try {
    await makeOnce(admin, adminUrl, seeded, { from: template, fill: (url) => seed({ url, size }) });
  } finally {
    await admin.end();
  }
  return seeded;
}

async function migrateForService(url: string): Promise<void> {
  await migrate(url);
  await letServiceIn(url);
}

async function makeOnce(admin: pg.Client, adminUrl: string, template: string, making: Making): Promise<void> {
  await admin.query('select pg_advisory_lock($1, 0)', [MAKING]);
  try {
    if (!(await databases(admin)).includes(template)) await makeTemplate(admin, adminUrl, template, making);
  } finally {
    await admin.query('select pg_advisory_unlock($1, 0)', [MAKING]);
  }
}

/** Drops what no living run has claimed. `own` is what this one has. */
export async function dropUnclaimed(admin: pg.Client, own: readonly string[]): Promise<void> {
  for (const database of await databases(admin)) {
    const owner = /^hotpath_(template|test)_[0-9a-f]{12}/.exec(database)?.[0];
    if (!owner || own.includes(owner)) continue;
    const { rows } = await admin.query<{ free: boolean }>('select pg_try_advisory_lock($1, hashtext($2)) as free', [
      CLAIMS,
      owner,
    ]);
    if (!rows[0]!.free) continue;
    await drop(admin, database);
    await admin.query('select pg_advisory_unlock($1, hashtext($2))', [CLAIMS, owner]);
  }
}

export async function dropRun(admin: pg.Client, run: string): Promise<void> {
  for (const database of await databases(admin)) if (database.startsWith(run)) await drop(admin, database);
}

export async function drop(admin: pg.Client, database: string): Promise<void> {
  await admin.query(`drop database if exists ${pg.escapeIdentifier(database)} with (force)`);
}

async function claim(admin: pg.Client, name: string): Promise<void> {
  await admin.query('select pg_advisory_lock_shared($1, hashtext($2))', [CLAIMS, name]);
}

interface Making {
  readonly from: string;
  fill(url: string): Promise<unknown>;
}

async function makeTemplate(
  admin: pg.Client,
  adminUrl: string,
  template: string,
  { from, fill }: Making,
): Promise<void> {
  const unfinished = `${template}_unfinished`;
  await drop(admin, unfinished);
  await admin.query(`create database ${unfinished} template ${from}`);
  await fill(withDatabase(adminUrl, unfinished));
  await admin.query(`alter database ${unfinished} with allow_connections false`);
  await admin.query(`alter database ${unfinished} rename to ${template}`);
}

async function databases(admin: pg.Client): Promise<string[]> {
  const { rows } = await admin.query<{ name: string }>('select datname as name from pg_database order by 1');
  return rows.map(({ name }) => name);
}

/** Of all that a template is made from. */
function hashOfSources(): string {
  const hash = createHash('sha256').update(serviceGrants());
  for (const file of SOURCES.flatMap(filesBelow)) {
    hash
      .update(`${relative(PROJECT, file)}\0`)
      .update(readFileSync(file))
      .update('\0');
  }
  return hash.digest('hex').slice(0, 12);
}

function filesBelow(folder: string): string[] {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}
