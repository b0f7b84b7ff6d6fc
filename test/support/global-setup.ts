/** The servers of a test run: a PostgreSQL server, shared with any other run, and a migrated template database. */
import { join } from 'node:path';
import pg from 'pg';
import type { TestProject } from 'vitest/node';
import { HOME } from '../../src/dev/home.ts';
import { openEmbeddedPostgres } from '../../src/dev/postgres/embedded-postgres.ts';
import { openPooler, type Pooler } from './pooler.ts';
import { claimRun, claimTemplate, dropRun, dropUnclaimed } from './template.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    postgres: {
      /** A superuser, or one that may create databases, and a database that tests leave alone. */
      readonly adminUrl: string;
      /** The migrated database that others are copied from. */
      readonly template: string;
      /** The prefix of this run's database names. */
      readonly run: string;
    };
    /** The pooler before the server, if there is one. */
    pooler: Pooler | null;
  }
}

/**
 * Nothing in these databases outlives a run, so nothing waits for the disk. Commits are synchronous: after another one, VACUUM
 * marks no page as all-visible until its record is written, so plans would depend on the moment.
 */
const settings = { fsync: 'off', full_page_writes: 'off' };

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  await using opened = new AsyncDisposableStack();
  const server = opened.adopt(await openServer(), ({ stop }) => stop());
  const adminUrl = server.url();
  const admin = opened.adopt(new pg.Client({ connectionString: adminUrl }), (client) => client.end());
  await admin.connect();
  const run = opened.adopt(await claimRun(admin), (claimed) => dropRun(admin, claimed));
  const template = await claimTemplate(admin, adminUrl);
  await dropUnclaimed(admin, [run, template]);
  project.provide('postgres', { adminUrl, template, run });
  project.provide('pooler', await openPoolerIfAsked(adminUrl, opened));
  const ours = opened.move();
  return () => ours.disposeAsync();
}

async function openServer(): Promise<{ url(): string; stop(): Promise<void> }> {
  const given = process.env['TEST_DATABASE_URL'];
  if (given) return { url: () => given, stop: async () => {} };
  const log = (line: string) => process.stderr.write(`${line}\n`);
  return openEmbeddedPostgres({ directory: join(HOME, 'test-postgres'), settings, log });
}

async function openPoolerIfAsked(adminUrl: string, opened: AsyncDisposableStack): Promise<Pooler | null> {
  const program = process.env['TEST_POOLER'];
  if (!program) return null;
  const { port, environment } = opened.adopt(await openPooler(program, adminUrl), ({ stop }) => stop());
  return { port, environment };
}
