/** `migration`, `install`, `triggers` and `doctor` in a project whose schema differs from the marketplace's. */
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'hotpath/cli/command';
import { type CommandProject, type LoadProject, needsOfProject } from 'hotpath/cli/command-project';
import { doctorCommand } from 'hotpath/cli/doctor';
import { grantsCommand } from 'hotpath/cli/grants';
import { installCommand } from 'hotpath/cli/install';
import { migrationCommand } from 'hotpath/cli/migration';
import { triggersCommand } from 'hotpath/cli/triggers';
import { watch } from 'hotpath/freshness/watched';
import { migrationFor } from 'hotpath/install/migration';
import pg from 'pg';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { dataModel, ownRegistry, TABLES } from '../../packages/hotpath/test/install/own-shape.ts';
import { createProject, write } from '../prisma/support.ts';
import { scratchDatabase } from '../support/database.ts';

const registry = ownRegistry();
let project: CommandProject;
let database: string;

beforeEach(async () => {
  const root = await createProject({ 'package.json': '{}', 'migrations/20260101000000_init/migration.sql': TABLES });
  database = await scratchDatabase('empty');
  const databaseUrl = () => `${database}?schema=app`;
  const migrations = join(root, 'migrations');
  project = { root, model: dataModel, resources: registry.all(), migrations, databaseUrl };
});

async function query(text: string): Promise<void> {
  const client = new pg.Client({ connectionString: database });
  await client.connect();
  await client.query(text);
  await client.end();
}

const makeTables = () =>
  query(
    `CREATE SCHEMA extensions; CREATE EXTENSION citext SCHEMA extensions; CREATE SCHEMA app; SET search_path = app; ${TABLES}`,
  );

/** The standard output of a command. */
async function output(command: (load: LoadProject) => Command, ...args: string[]): Promise<string> {
  const written = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  try {
    await command(async () => project).run(args);
    return written.mock.calls.map(([text]) => text).join('');
  } finally {
    written.mockRestore();
  }
}

const folders = () => readdirSync(project.migrations).filter((name) => name.endsWith('_hotpath'));

describe('migration', () => {
  it('writes the missing parts, names them and the next command, and then finds nothing missing', async () => {
    const said = await output(migrationCommand);
    const [name] = folders();
    expect(said.split('\n')).toEqual([
      'added    schema hotpath, version 1: tables and functions',
      'added    schema hotpath, version 2: logs that take turns',
      'added    schema hotpath, version 3: the life of the primary',
      'added    schema hotpath, version 4: partitioned tables',
      ...['account', 'note', 'tag', '_AccountToTag'].map((source) => `added    ${source}`),
      `Written to migrations/${name}. Next: npx prisma migrate deploy`,
      '',
    ]);
    const text = readFileSync(join(project.migrations, name!, 'migration.sql'), 'utf8');
    expect(text).toBe(migrationFor({ migrationTexts: [TABLES], registry })!.text);
    expect(await output(migrationCommand)).toBe('The migrations bring what the resources need.\n');
    expect(await output(migrationCommand, '--check')).toBe('The migrations bring what the resources need.\n');
    expect(folders()).toEqual([name]);
  });

  it('writes nothing with --check, and fails', async () => {
    await expect(output(migrationCommand, '--check')).rejects.toThrow(
      /^added .*\nThe migrations lack this\. Run `\$0 migration`\.$/s,
    );
    expect(folders()).toEqual([]);
  });

  it('names its migration after the last one, whatever the clock shows', async () => {
    await write(project.root, { 'migrations/29991231235958_late/migration.sql': '' });
    await output(migrationCommand);
    expect(folders()).toEqual(['29991231235959_hotpath']);
  });

  it('names the remedy if the folder of migrations is missing', async () => {
    project = { ...project, migrations: join(project.root, 'none') };
    await expect(output(migrationCommand)).rejects.toThrow(
      /^There is no folder .*none\. Begin with .* run `\$0 install`\.$/,
    );
  });

  it('accepts an empty folder of migrations, and refuses an unknown option', async () => {
    mkdirSync(join(project.root, 'new'));
    project = { ...project, migrations: join(project.root, 'new') };
    expect(await output(migrationCommand)).toContain('Written to new/');
    await expect(output(migrationCommand, '--chek')).rejects.toThrow(/Unknown option '--chek'.*Usage: \$0 migration/s);
  });
});

describe('install', () => {
  it('names the parts that it installs, and then reports that nothing was missing', async () => {
    await makeTables();
    expect((await output(installCommand)).split('\n')).toEqual([
      'The schema hotpath has version 4.',
      ...['account', 'note', 'tag', '_AccountToTag'].map((source) => `triggers ${source}`),
      '',
    ]);
    expect(await output(installCommand)).toBe('Nothing was missing.\n');
  });

  it('names a missing table', async () => {
    await query('CREATE SCHEMA app');
    await expect(output(installCommand)).rejects.toThrow(
      'relation "accounts" does not exist: create the tables of the data model first, then install.',
    );
  });
});

describe('triggers', () => {
  it('checks a database', async () => {
    await makeTables();
    await expect(output(triggersCommand, '--database')).rejects.toThrow('Not every change is logged');
    await output(installCommand);
    expect(await output(triggersCommand, '--database')).toBe(
      'Every change of the data that the resources read is logged.\n',
    );
  });

  it('writes the migration as `migration` does, and refuses two arguments', async () => {
    await expect(output(triggersCommand, '--check')).rejects.toThrow('The migrations lack this.');
    expect(await output(triggersCommand)).toContain('Written to migrations/');
    await expect(output(triggersCommand, '--check', '--database')).rejects.toThrow('Usage: $0 triggers');
  });
});

describe('doctor', () => {
  it('prints one table, and fails if something is missing', async () => {
    await makeTables();
    const written = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
    const failed = doctorCommand(async () => project).run([]);
    await expect(failed).rejects.toThrow(/^\d+ of \d+ checks found something missing or wrong\.$/);
    const said = written.mock.calls.map(([text]) => text).join('');
    written.mockRestore();
    expect(said).toMatch(/^check +state +found\nNode\.js +ok /);
    expect(said).toMatch(
      /^triggers of tag +missing +The triggers of "tags" are missing or disabled\.\n +→ hotpath migration/m,
    );
  });

  it('prints its findings as JSON, and nothing else', async () => {
    await makeTables();
    await output(installCommand);
    const written = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
    const failed = doctorCommand(async () => project).run(['--json', '--jobs']);
    // The project has no packages, and no migration has been applied.
    await expect(failed).rejects.toThrow(/missing or wrong/);
    const findings = JSON.parse(written.mock.calls.map(([text]) => text).join(''));
    written.mockRestore();
    expect(findings).toContainEqual({ check: 'schema hotpath', state: 'ok', detail: 'version 4 or later', remedy: '' });
    expect(findings).toContainEqual(expect.objectContaining({ check: 'queue', state: 'missing' }));
    expect(findings).toContainEqual(expect.objectContaining({ check: 'migrations', state: 'wrong' }));
    expect(findings).toContainEqual(expect.objectContaining({ check: 'prisma', state: 'missing' }));
  });
});

describe('grants', () => {
  const grants = () =>
    grantsCommand(async ({ hasJobs }) =>
      needsOfProject({ ...project, hasJobs }, watch(registry), project.databaseUrl()),
    );

  it('name the queue, which many projects lack, only on request', async () => {
    const [plain, queue] = [await output(grants, '--role', 'r'), await output(grants, '--role', 'r', '--jobs')];
    expect([plain.includes('graphile_worker'), queue.includes('graphile_worker')]).toEqual([false, true]);
    await makeTables();
    await output(installCommand);
    await query(`CREATE TABLE app._prisma_migrations (); CREATE ROLE grants_${process.pid}`);
    await query(await output(grants, '--role', `grants_${process.pid}`));
    await query(`DROP OWNED BY grants_${process.pid}; DROP ROLE grants_${process.pid}`);
  });
});
