/**
 * A project that uses Prisma: its package, its schema, and its migrations. Prisma's own loader reads
 * `prisma.config.ts`, so that every form that Prisma accepts is accepted here.
 */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { CommandError } from './command.ts';
import { packageFolder } from './package-folder.ts';
import { type EndedProgram, runProgram } from './run-program.ts';

export interface PackageJson {
  readonly type?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly prisma?: { readonly schema?: string };
  readonly hotpath?: { readonly resources?: string };
}

export interface PrismaProject {
  /** The folder of package.json. */
  readonly root: string;
  readonly packageJson: PackageJson;
  /** A file, or a folder of files. */
  readonly schema: string;
  readonly schemaFiles: readonly string[];
  /** The folder of the migrations, whether it exists or not. */
  readonly migrations: string;
  /** The URL of the database that prisma.config.ts names. */
  readonly datasourceUrl: string | undefined;
}

/** @throws {CommandError} if a part is missing. */
export async function findPrismaProject(from: string): Promise<PrismaProject> {
  const root = packageFolder(from);
  const packageJson = readPackage(root);
  const config = await loadPrismaConfig(root);
  const schema = config.schema ?? schemaIn(root, packageJson);
  const schemaFiles = filesOf(schema);
  const home = schemaFiles.find((file) => DATASOURCE.test(readFileSync(file, 'utf8')));
  if (!home) throw new CommandError(`The Prisma schema ${schema} has no datasource.`);
  const migrations = config.migrations?.path ?? join(dirname(home), 'migrations');
  return { root, packageJson, schema, schemaFiles, migrations, datasourceUrl: config.datasource?.url };
}

const DATASOURCE = /^\s*datasource\s+\w+\s*\{/m;

function readPackage(root: string): PackageJson {
  try {
    return JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  } catch (error) {
    throw new CommandError(`${join(root, 'package.json')} cannot be read: ${(error as Error).message}`);
  }
}

/** Whether a package is among the dependencies of a project. */
export const dependsOn = ({ dependencies, devDependencies }: PackageJson, name: string): boolean =>
  Object.hasOwn({ ...dependencies, ...devDependencies }, name);

interface PrismaConfig {
  readonly schema?: string;
  readonly migrations?: { readonly path?: string };
  readonly datasource?: { readonly url?: string };
}

type ConfigLoader = (input: { configRoot: string }) => Promise<{ config: PrismaConfig; error?: { error?: Error } }>;

async function loadPrismaConfig(root: string): Promise<PrismaConfig> {
  const require = createRequire(prismaCommand(root));
  const { loadConfigFromFile } = (await import(pathToFileURL(require.resolve('@prisma/config')).href)) as {
    loadConfigFromFile: ConfigLoader;
  };
  const loaded = await withAnyUrl(() => loadConfigFromFile({ configRoot: root }));
  if (!('error' in loaded)) return loaded.config;
  throw new CommandError(`The Prisma configuration cannot be read: ${loaded.error?.error?.message ?? 'it is missing'}`);
}

/**
 * `env('DATABASE_URL')` of a configuration throws if the variable is not set, although the caller needs no database.
 */
async function withAnyUrl<T extends object>(load: () => Promise<T>): Promise<T> {
  const first = await load();
  if (!('error' in first) || process.env['DATABASE_URL'] !== undefined) return first;
  process.env['DATABASE_URL'] = NO_URL;
  try {
    return await load();
  } finally {
    delete process.env['DATABASE_URL'];
  }
}

/** A URL that leads nowhere, for programs that require one and open no connection. */
export const NO_URL = 'postgresql://nobody@localhost:1/none';

/** The program of Prisma's command line. @throws {CommandError} if the project has not installed it. */
export function prismaCommand(root: string): string {
  try {
    return createRequire(join(root, 'package.json')).resolve('prisma/build/index.js');
  } catch {
    throw new CommandError('Prisma is not installed here: run `npm install --save-dev prisma@7`.');
  }
}

const SCHEMA_PLACES = ['prisma/schema.prisma', 'schema.prisma', 'prisma/schema'];

function schemaIn(root: string, { prisma }: PackageJson): string {
  const places = prisma?.schema === undefined ? SCHEMA_PLACES : [prisma.schema];
  const found = places.map((place) => resolve(root, place)).find((place) => existsSync(place));
  if (found) return found;
  throw new CommandError(`There is no Prisma schema: ${root} has none of ${places.join(', ')}.`);
}

function filesOf(schema: string): string[] {
  if (!existsSync(schema)) throw new CommandError(`There is no Prisma schema at ${schema}.`);
  if (!statSync(schema).isDirectory()) return [schema];
  const entries = readdirSync(schema, { recursive: true, encoding: 'utf8' });
  return entries
    .filter((name) => name.endsWith('.prisma'))
    .map((name) => join(schema, name))
    .sort();
}

/** Runs Prisma's command line in a project, without a database unless the environment names one. */
export function runPrisma({ root }: Pick<PrismaProject, 'root'>, args: readonly string[]): Promise<EndedProgram> {
  const PATH = [...programFolders(root), process.env['PATH'] ?? ''].join(delimiter);
  const env = { DATABASE_URL: NO_URL, ...process.env, PATH, PRISMA_HIDE_UPDATE_MESSAGE: '1' };
  return runProgram(process.execPath, [prismaCommand(root), ...args], { cwd: root, env });
}

/** The folders in which the shell finds the programs of a project's packages, such as generators. */
function programFolders(root: string): string[] {
  const above = dirname(root);
  return [join(root, 'node_modules/.bin'), ...(above === root ? [] : programFolders(above))];
}
