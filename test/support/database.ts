/** Databases for tests: real ones, copied from the migrated template in the time that a mock takes to write. */
import pg from 'pg';
import { afterAll, inject } from 'vitest';
import { drop, seededTemplate, withDatabase } from './template.ts';

const worker = `${inject('postgres').run}_${process.env['VITEST_POOL_ID']}`;
const scratch: string[] = [];
let own: Promise<string> | undefined;

/** The url of this worker's database: migrated, empty of rows, and fresh for each test file. */
export function testDatabaseUrl(): Promise<string> {
  own ??= createDatabase(worker, 'template');
  return own;
}

/** The initial content of a database: the tables, the tables and the small seed, or nothing. */
export type Start = 'template' | 'small' | 'empty';

/** The url of one more database, dropped after the test file. */
export function scratchDatabase(from: Start = 'template'): Promise<string> {
  const name = `${worker}_${scratch.length + 1}`;
  scratch.push(name);
  return createDatabase(name, from);
}

/** The url of the server's administrator. */
export const adminUrl = (): string => inject('postgres').adminUrl;

afterAll(() =>
  asAdmin(async (admin) => {
    for (const name of scratch) await drop(admin, name);
  }),
);

/** The url of a database of the server for its owner, past any pooler. @param url of the same database for a service. */
export const ownerUrl = (url: string): string => withDatabase(adminUrl(), new URL(url).pathname.slice(1));

async function createDatabase(name: string, from: Start): Promise<string> {
  const source = await sourceOf(from);
  await asAdmin(async (admin) => {
    await drop(admin, name);
    // A third less time than by way of the log, which costs by the page what a checkpoint without fsync does not.
    await admin.query(`create database ${name} template ${source} strategy file_copy`);
  });
  return withDatabase(adminUrl(), name);
}

async function sourceOf(from: Start): Promise<string> {
  const { template } = inject('postgres');
  if (from === 'small') return seededTemplate(adminUrl(), template, from);
  return from === 'template' ? template : 'template0';
}

async function asAdmin(work: (admin: pg.Client) => Promise<void>): Promise<void> {
  const admin = new pg.Client({ connectionString: adminUrl() });
  await admin.connect();
  try {
    await work(admin);
  } finally {
    await admin.end();
  }
}
