/** Runs Prisma's own CLI, and this project's schema engine alone, as child processes. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import pg from 'pg';
import { afterAll } from 'vitest';
import { adminUrl } from '../support/database.ts';

export const ROOT = join(import.meta.dirname, '../..');
export const ENGINE = join(ROOT, 'prisma/schema-engine/schema-engine');

/** `migrate dev` works only for a person at a terminal. */
const AT_A_TERMINAL = 'data:text/javascript,process.stdin.isTTY = process.stdout.isTTY = true';

const CONFIG = `export default {
  schema: 'schema.prisma',
  migrations: { path: 'migrations' },
  datasource: { url: process.env.DATABASE_URL, shadowDatabaseUrl: process.env.SHADOW_DATABASE_URL },
};`;

export interface Run {
  readonly code: number | null;
  /** Its output on stdout and stderr. */
  readonly output: string;
}

export interface Environment {
  readonly DATABASE_URL?: string;
  readonly SHADOW_DATABASE_URL?: string;
}

const folders: string[] = [];
afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true }))));

/** Makes a project of these files, in a folder of its own that is removed with the test file. */
export async function createProject(files: Record<string, string>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'hotpath-prisma-'));
  folders.push(folder);
  const lock = { 'migrations/migration_lock.toml': 'provider = "postgresql"\n' };
  await write(folder, { 'prisma.config.ts': CONFIG, ...lock, ...files });
  return folder;
}

export async function write(folder: string, files: Record<string, string>): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
}

/** Runs `prisma <command>` in the folder of a project. */
export async function prisma(folder: string, command: string, environment: Environment = {}): Promise<Run> {
  const cli = join(ROOT, 'node_modules/prisma/build/index.js');
  const child = spawn(process.execPath, ['--import', AT_A_TERMINAL, cli, ...command.split(' ')], {
    cwd: folder,
    env: {
      PATH: process.env['PATH'],
      HOME: process.env['HOME'],
      NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'],
      PRISMA_SCHEMA_ENGINE_BINARY: ENGINE,
      PRISMA_HIDE_UPDATE_MESSAGE: '1',
      CHECKPOINT_DISABLE: '1',
      NO_COLOR: '1',
      ...environment,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  const [code] = await once(child, 'close');
  return { code, output };
}

export const request = (id: number, method: string, params?: object) =>
  JSON.stringify({ jsonrpc: '2.0', id, method, params });

/**
 * Writes lines to the engine and ends its stdin.
 * @returns the messages that it sent, and its exit code.
 */
export async function talk(lines: string[], url = adminUrl()) {
  const child: ChildProcess = spawn(ENGINE, ['--datasource', JSON.stringify({ url })], {
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  const exit = once(child, 'exit');
  child.stdin!.end(lines.map((line) => `${line}\n`).join(''));
  const messages: unknown[] = [];
  for await (const line of createInterface({ input: child.stdout! })) messages.push(JSON.parse(line));
  const [code] = await exit;
  return { messages, code };
}

/**
 * Lets the engine apply migrations: one for each script, named `1`, `2` and so on.
 * @returns the names of the applied ones, or the message of the error.
 */
export async function applyScripts(url: string, scripts: string[]): Promise<string[] | string> {
  const migrationDirectories = scripts.map((value, index) => ({
    path: String(index + 1),
    migrationFile: { path: 'migration.sql', content: { tag: 'ok', value } },
  }));
  const lockfile = { path: 'migration_lock.toml', content: 'provider = "postgresql"' };
  const migrationsList = { baseDir: '/', lockfile, shadowDbInitScript: '', migrationDirectories };
  const filters = { externalTables: [], externalEnums: [] };
  const { messages } = await talk([request(1, 'applyMigrations', { migrationsList, filters })], url);
  const [{ result, error }] = messages as [
    { result?: { appliedMigrationNames: string[] }; error?: { data: { message: string } } },
  ];
  return result?.appliedMigrationNames ?? error!.data.message;
}

/** The rows of one query, on a connection of its own. */
export async function query<Row extends pg.QueryResultRow>(url: string, sql: string): Promise<Row[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Row>(sql)).rows;
  } finally {
    await client.end();
  }
}
