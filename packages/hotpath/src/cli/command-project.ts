/** The project that a command works on, as `loadProject` finds it or as a service describes its own. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { type Needs, needsOf, type Writes } from '../access/needs.ts';
import type { Watched } from '../freshness/watched.ts';
import type { WrittenMigration } from '../install/migration.ts';
import type { DataModel } from '../model/data-model.ts';
import { Registry } from '../resource/registry.ts';
import type { Resource } from '../resource/resource.ts';
import { schemaOf } from '../session/settings.ts';

/** The project that a command works on. */
export interface CommandProject {
  /** The folder of package.json. */
  readonly root: string;
  readonly model: DataModel;
  readonly resources: readonly Resource[];
  /** The writes of the service, by model; an array has one part in each element. */
  readonly writes?: Writes | readonly Writes[];
  /** The folder of the migrations, whether it exists or not. */
  readonly migrations: string;
  /** Whether the service has jobs, and therefore a queue. */
  readonly hasJobs?: boolean;
  /** @throws {CommandError} if neither the project nor the environment names a database. */
  databaseUrl(): string;
}

/** Finds the project of a command. @param place the file of the resources, if the user names one. */
export type LoadProject = (place: { readonly resources?: string | undefined }) => Promise<CommandProject>;

/** The option of every command that works on a project. */
export const PROJECT_OPTION = { resources: { type: 'string' } } as const;

/** @throws {DeclarationError} for an invalid declaration of a resource. */
export function registryOf({ model, resources }: CommandProject): Registry {
  const registry = new Registry(model);
  registry.add(...resources);
  registry.check();
  return registry;
}

/** The privileges that a role needs to run the service. @param url of the database. */
export function needsOfProject(project: CommandProject, watched: Watched, url: string): Needs {
  const { model, writes = [], hasJobs = false } = project;
  return needsOf({
    dataModel: model,
    watched,
    writes: [writes].flat(),
    schema: schemaOf(url),
    hasQueue: hasJobs,
    hasMigrations: migrationNames(project) !== undefined,
  });
}

/**
 * The names of the migrations, in the order in which Prisma Migrate applies them; undefined if their folder is missing.
 */
export function migrationNames({ migrations }: CommandProject): readonly string[] | undefined {
  if (!existsSync(migrations)) return undefined;
  return readdirSync(migrations)
    .filter((name) => existsSync(join(migrations, name, 'migration.sql')))
    .sort();
}

/** The texts of migrations. */
export const migrationTexts = ({ migrations }: CommandProject, names: readonly string[]): string[] =>
  names.map((name) => readFileSync(join(migrations, name, 'migration.sql'), 'utf8'));

/** Writes a migration after the last one. @returns its folder, from the root of the project. */
export function writeMigration(
  { root, migrations }: CommandProject,
  names: readonly string[],
  { text }: WrittenMigration,
): string {
  const folder = join(migrations, `${timeAfter(names.at(-1))}_hotpath`);
  mkdirSync(folder);
  writeFileSync(join(folder, 'migration.sql'), text);
  return relative(root, folder);
}

/**
 * The time in the form of Prisma's migration names, `20261121050000`; after the last migration, whatever the clock
 * shows.
 */
function timeAfter(last = ''): string {
  const now = new Date().toISOString().replace(/\D/g, '').slice(0, 14);
  const before = last.slice(0, 14);
  return before < now || !/^\d{14}$/.test(before) ? now : String(Number(before) + 1);
}
