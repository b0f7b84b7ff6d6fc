import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { adminUrl, scratchDatabase } from '../support/database.ts';
import { createProject, prisma, query, write } from './support.ts';

const schema = (fields = '') => `
generator client {
  provider        = "prisma-client"
  output          = "generated"
  previewFeatures = ["partialIndexes"]
}

datasource db {
  provider = "postgresql"
}

model Task {
  id   Int     @id @default(autoincrement())
  done Boolean @default(false)
  ${fields}

  @@index([id], where: raw("done = false"), map: "tasks_open_idx")
  @@map("tasks")
}
`;

/** Fails, and names the place, on any database except the one that is being migrated. */
const fussy = `
DO $$ BEGIN
  IF current_database() LIKE 'prisma_migrate_shadow_db_%' THEN
    RAISE EXCEPTION 'tried on %', current_database() USING HINT = 'Not here.';
  END IF;
END $$;
`;

let folder: string;
let url: string;
let before: string[];
const dev = (options: object = {}) => prisma(folder, 'migrate dev --name next', { DATABASE_URL: url, ...options });

beforeAll(async () => {
  before = await shadows();
  url = await scratchDatabase('empty');
  folder = await createProject({ 'schema.prisma': schema() });
});

describe('prisma migrate dev', () => {
  it('writes and applies the migration for a change of the schema', async () => {
    const { code, output } = await dev();
    expect(output).toContain('Your database is now in sync with your schema.');
    expect(code).toBe(0);
    expect(await query(url, `select indexdef from pg_indexes where indexname = 'tasks_open_idx'`)).toEqual([
      { indexdef: expect.stringContaining('WHERE (done = false)') },
    ]);
  });

  it('finds nothing to do after that, and leaves no shadow database', async () => {
    expect((await dev()).output).toContain('Already in sync, no schema change or pending migration was found.');
    // Other runs on this server may have shadow databases of their own while a command runs.
    const after = (await shadows()).filter((name) => !before.includes(name));
    await vi.waitFor(async () => expect((await shadows()).filter((name) => after.includes(name))).toEqual([]), 10_000);
  });

  it('runs the statements of a migration one by one on the shadow database, too', async () => {
    const apart = `CREATE TYPE "kind" AS ENUM ('a');
ALTER TYPE "kind" ADD VALUE 'b';
CREATE TABLE "kinds" ("kind" "kind" DEFAULT 'b');
INSERT INTO "kinds" DEFAULT VALUES;
CREATE INDEX CONCURRENTLY "one" ON "kinds" ("kind");
CREATE INDEX CONCURRENTLY "two" ON "kinds" ("kind");
DROP TABLE "kinds";
DROP TYPE "kind";`;
    await write(folder, { 'migrations/29980101000000_apart/migration.sql': apart });
    expect((await dev()).output).toContain('Your database is now in sync with your schema.');
    expect((await dev()).output).toContain('Already in sync, no schema change or pending migration was found.');
    const failing = apart.replace('"two"', '"one"');
    await write(folder, { 'migrations/29980102000000_failing/migration.sql': failing });
    const { output } = await dev();
    expect(output).toContain('Migration `29980102000000_failing` failed to apply cleanly to the shadow database.');
    expect(output).toContain('  6 CREATE INDEX CONCURRENTLY "one" ON "kinds" ("kind");');
    await rm(join(folder, 'migrations/29980102000000_failing'), { recursive: true });
  });

  it('tries a migration on the shadow database first, and drops it when that fails (P3006)', async () => {
    await write(folder, { 'migrations/29990101000000_fussy/migration.sql': fussy });
    const { code, output } = await dev();
    expect(output).toContain('Migration `29990101000000_fussy` failed to apply cleanly to the shadow database.');
    expect(output).toContain('HINT: Not here.');
    expect(code).toBe(1);
    const shadow = /tried on (prisma_migrate_shadow_db_[0-9a-f-]+)/.exec(output)?.[1];
    expect(shadow).toBeDefined();
    expect(await shadows()).not.toContain(shadow);
  });

  it('uses a given shadow database any number of times, but not the main one', async () => {
    const shadow = await scratchDatabase('empty');
    await write(folder, { 'schema.prisma': schema('note String?') });
    expect((await dev({ SHADOW_DATABASE_URL: shadow })).output).toContain('now in sync with your schema.');
    expect((await dev({ SHADOW_DATABASE_URL: shadow })).output).toContain('Already in sync');
    await query(url, 'insert into tasks default values');
    expect((await dev({ SHADOW_DATABASE_URL: `${url}?schema=public` })).output).toContain('P3014');
    expect(await query(url, 'select id from tasks')).toHaveLength(1);
  });

  it('says that the user may not create the shadow database (P3014)', async () => {
    const readOnly = `${url}?options=${encodeURIComponent('-c default_transaction_read_only=on')}`;
    const { code, output } = await dev({ DATABASE_URL: readOnly });
    expect(output).toContain('P3014');
    expect(output).toContain('Original error: cannot execute CREATE DATABASE in a read-only transaction');
    expect(code).toBe(1);
  });
});

async function shadows(): Promise<string[]> {
  const rows = await query<{ datname: string }>(
    adminUrl(),
    `select datname from pg_database where datname like 'prisma\\_migrate\\_shadow\\_db\\_%'`,
  );
  return rows.map(({ datname }) => datname);
}
