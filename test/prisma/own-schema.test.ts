/** Prisma Migrate beside the schema `hotpath`, in a team's own project: it sees no drift, and its commands still work. */
import { surveyTables } from 'hotpath/freshness/coverage';
import { watch } from 'hotpath/freshness/watched';
import { migrationFor } from 'hotpath/install/migration';
import { SessionClient } from 'hotpath/session/session-client';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { MODELS, ownRegistry } from '../../packages/hotpath/test/install/own-shape.ts';
import { scratchDatabase } from '../support/database.ts';
import { createProject, prisma, query, write } from './support.ts';

// Each step starts the Prisma CLI, which takes seconds on a busy machine.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const schema = `datasource db {\n  provider = "postgresql"\n}\n${MODELS}`;
const registry = ownRegistry();

let folder: string;
let database: string;
const run = (command: string, options = {}) => prisma(folder, command, { DATABASE_URL: url(), ...options });
/** Not in `public`, as in many teams. */
const url = () => `${database}?schema=app`;

async function gaps(): Promise<readonly unknown[]> {
  const client = new SessionClient({ connectionString: url() });
  await client.connect();
  const survey = await surveyTables(client, watch(registry));
  await client.end();
  return survey.gaps;
}

beforeAll(async () => {
  database = await scratchDatabase('empty');
  folder = await createProject({ 'schema.prisma': schema });
  const { output } = await run('migrate diff --from-empty --to-schema schema.prisma --script');
  const init = `CREATE EXTENSION IF NOT EXISTS citext;\n${output.slice(output.indexOf('-- CreateEnum'))}`;
  const hotpath = migrationFor({ migrationTexts: [init], registry })!.text;
  await write(folder, {
    'migrations/20260101000000_init/migration.sql': init,
    'migrations/20260102000000_hotpath/migration.sql': hotpath,
  });
});

describe('Prisma Migrate beside the schema hotpath', () => {
  it('deploys the migration, and the triggers cover every table', async () => {
    const { code, output } = await run('migrate deploy');
    expect([code, output]).toEqual([0, expect.stringContaining('All migrations have been successfully applied.')]);
    expect(await gaps()).toEqual([]);
  });

  it('sees no drift', async () => {
    expect((await run('migrate status')).output).toContain('Database schema is up to date!');
    const diff = 'migrate diff --from-config-datasource --to-schema schema.prisma --exit-code';
    expect(await run(diff)).toMatchObject({ code: 0, output: expect.stringContaining('No difference detected') });
  });

  it('has nothing to do in development, also with a given shadow database, used twice', async () => {
    const inSync = 'Already in sync, no schema change or pending migration was found.';
    expect((await run('migrate dev --name next')).output).toContain(inSync);
    const SHADOW_DATABASE_URL = `${await scratchDatabase('empty')}?schema=app`;
    for (const _ of [1, 2])
      expect((await run('migrate dev --name next', { SHADOW_DATABASE_URL })).output).toContain(inSync);
  });

  it('resets: the triggers exist again, and no earlier data count as new', async () => {
    const effects = () => query(database, 'SELECT key FROM hotpath.job_effects');
    await query(
      database,
      `INSERT INTO hotpath.job_effects (schema, key) VALUES ('app', 'mail:1'), ('public', 'mail:1')`,
    );
    expect((await run('migrate reset --force')).output).toContain('Database reset successful');
    expect(await gaps()).toEqual([]);
    expect(await effects()).toHaveLength(1);
    expect((await run('migrate status')).output).toContain('Database schema is up to date!');
  });
});
