import { beforeAll, describe, expect, it, vi } from 'vitest';
import { scratchDatabase } from '../support/database.ts';
import { createProject, prisma, query, write } from './support.ts';

// Each step starts the Prisma CLI, which takes seconds on a busy machine.
vi.setConfig({ testTimeout: 60_000 });

const schema = `
datasource db {
  provider = "postgresql"
}

model Item {
  id   Int    @id @default(autoincrement())
  name String @unique

  @@map("items")
}
`;

const init = `
CREATE TABLE "items" ("id" SERIAL PRIMARY KEY, "name" TEXT NOT NULL);
CREATE UNIQUE INDEX "items_name_key" ON "items"("name");

CREATE FUNCTION "shout"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW."name" := upper(NEW."name") || ';';
  RETURN NEW;
END;
$$;
CREATE TRIGGER "shout" BEFORE INSERT ON "items" FOR EACH ROW EXECUTE FUNCTION "shout"();
`;

const broken = `
ALTER TABLE "items" ADD COLUMN "price" INT;
-- The next statement is at fault.
INSERT INTO "nowhere" VALUES (1);
`;

let folder: string;
let url: string;
const run = (command: string, other = url) => prisma(folder, command, { DATABASE_URL: other });

beforeAll(async () => {
  // A database that does not exist yet, on a server that is removed with the test file.
  url = `${await scratchDatabase('empty')}_made_by_prisma`;
  folder = await createProject({ 'schema.prisma': schema, 'migrations/20260101000000_init/migration.sql': init });
});

describe('prisma migrate', () => {
  it('names a missing database', async () => {
    const { code, output } = await run('migrate status');
    expect(output).toMatch(/P1003: Database `\w+_made_by_prisma` does not exist/);
    expect(code).toBe(1);
  });

  it('creates the database and deploys, functions and triggers too', async () => {
    const { code, output } = await run('migrate deploy');
    expect(output).toContain('All migrations have been successfully applied.');
    expect(code).toBe(0);
    expect(await query(url, `insert into items (name) values ('one') returning name`)).toEqual([{ name: 'ONE;' }]);
  });

  it('deploys once', async () => {
    expect((await run('migrate deploy')).output).toContain('No pending migrations to apply.');
    expect((await run('migrate status')).output).toContain('Database schema is up to date!');
    expect(await query(url, 'select 1 from items')).toHaveLength(1);
  });

  it('distinguishes drift from none by its exit code', async () => {
    const diff = 'migrate diff --from-config-datasource --to-schema schema.prisma --exit-code';
    expect(await run(diff)).toMatchObject({ code: 0, output: expect.stringContaining('No difference detected') });
    await query(url, 'alter table items add column stray int');
    const { code, output } = await run(`${diff} --script`);
    expect(output).toContain('DROP COLUMN "stray"');
    expect(code).toBe(2);
  });

  it('reads a schema from a database, and runs a script on it', async () => {
    expect((await run('db pull --print')).output).toMatch(/stray\s+Int\?/);
    await write(folder, { 'script.sql': 'alter table items drop column stray; select $$;$$;' });
    expect(await run('db execute --file script.sql')).toMatchObject({ code: 0 });
    const { code, output } = await run('db execute --file script.sql');
    expect(output).toContain('ERROR: column "stray" of relation "items" does not exist');
    expect(code).toBe(1);
  });

  it('shows the error of a failed migration (P3018), keeps its earlier statements, and stops the next ones (P3009)', async () => {
    await write(folder, { 'migrations/20260102000000_broken/migration.sql': broken });
    const { code, output } = await run('migrate deploy');
    expect(output).toContain('P3018');
    expect(output).toContain('Migration name: 20260102000000_broken\n\nDatabase error code: 42P01');
    expect(output).toContain('ERROR: relation "nowhere" does not exist');
    expect(output).toContain('  4 INSERT INTO "nowhere" VALUES (1);');
    expect(code).toBe(1);
    expect(await query(url, 'select price from items')).toHaveLength(1);
    expect((await run('migrate deploy')).output).toContain('P3009');
  });

  it('applies a failed migration that was rolled back by hand', async () => {
    await query(url, 'alter table items drop column price');
    await run('migrate resolve --rolled-back 20260102000000_broken');
    await write(folder, {
      'migrations/20260102000000_broken/migration.sql': 'ALTER TABLE "items" ADD COLUMN "price" INT;',
    });
    expect((await run('migrate deploy')).output).toContain('All migrations have been successfully applied.');
  });

  it('treats a failed migration that was finished by hand as applied', async () => {
    const name = '20260103000000_half';
    const script =
      'CREATE TABLE "half" ("id" INT);\nCREATE TABLE "items" ("id" INT);\nCREATE TABLE "rest" ("id" INT);\n';
    await write(folder, { [`migrations/${name}/migration.sql`]: script });
    expect((await run('migrate deploy')).output).toContain('  2 CREATE TABLE "items" ("id" INT);');
    await query(url, 'create table rest (id int)');
    await run(`migrate resolve --applied ${name}`);
    expect((await run('migrate deploy')).output).toContain('No pending migrations to apply.');
    await query(url, 'drop table half, rest');
    await write(folder, { [`migrations/${name}/migration.sql`]: '' });
  });

  it('resets', async () => {
    expect((await run('migrate reset --force')).output).toContain('Database reset successful');
    expect(await query(url, 'select price from items')).toEqual([]);
    expect(await query(url, 'select migration_name from _prisma_migrations order by 1')).toHaveLength(3);
  });

  it('pushes a schema without a migration', async () => {
    await write(folder, { 'pushed.prisma': schema.replace('@unique', '@unique\n  price Int?\n  note String?') });
    expect((await run('db push --schema pushed.prisma')).output).toContain('in sync with your Prisma schema');
    expect(await query(url, 'select note from items')).toEqual([]);
  });
});

describe('prisma migrate without a connection', () => {
  it('names an unreachable server (P1001), also if the host has several addresses', async () => {
    const nobody = 'postgresql://u:p@localhost:1/d';
    expect((await run('migrate status', nobody)).output).toContain(
      "P1001: Can't reach database server at `localhost:1`",
    );
    const { code, output } = await run('db execute --file script.sql', nobody);
    expect(output).toContain("P1001\n\nCan't reach database server at `localhost:1`");
    expect(code).toBe(1);
  });

  it('names an invalid URL (P1013)', async () => {
    expect((await run('migrate status', 'mysql://u:p@localhost/d')).output).toContain('P1013');
  });
});
