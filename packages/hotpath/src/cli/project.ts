/**
 * A project that uses the library: its data model and resources, which one file exports, and its migrations.
 *
 *     export { datamodel as model } from '../generated/datamodel.ts';
 *     export const resources = [post, comment];
 *     export const writes = { Post: ['INSERT', 'UPDATE'] };   // the writes of the service; for `hotpath grants`
 */
import { existsSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Writes } from '../access/needs.ts';
import type { DataModel } from '../model/data-model.ts';
import { DeclarationError } from '../resource/registry.ts';
import type { Resource } from '../resource/resource.ts';
import { CommandError } from './command.ts';
import { databaseUrl, loadEnvironment } from './environment.ts';
import { findPrismaProject, NO_URL, type PackageJson } from './prisma-project.ts';
import { resolveTypeScript } from './typescript-modules.ts';

export interface Project {
  /** The folder of package.json. */
  readonly root: string;
  readonly model: DataModel;
  readonly resources: readonly Resource[];
  /** The writes of the service, by model; undefined if it writes nothing. */
  readonly writes?: Writes;
  /** The folder of the migrations, whether it exists or not. */
  readonly migrations: string;
  /** @throws {CommandError} if neither the environment, `.env` nor prisma.config.ts names a database. */
  databaseUrl(): string;
}

/** The place to look for a project and its file of resources. */
export interface ProjectPlace {
  /** The file of the resources, from the current folder. */
  readonly resources?: string | undefined;
  /** The folder from which to look upwards for the project; the current folder without it. */
  readonly from?: string;
}

/** The option of every command that works on a project. */
export const RESOURCES_OPTION = { resources: { type: 'string' } } as const;

/**
 * Finds a project and loads its file of resources.
 * @throws {CommandError} for each missing part, with its remedy.
 */
export async function loadProject({ resources: file, from = process.cwd() }: ProjectPlace = {}): Promise<Project> {
  loadEnvironment(from);
  const { root, packageJson, migrations, datasourceUrl } = await findPrismaProject(from);
  const path = file === undefined ? resourcesIn(root, packageJson) : resolve(from, file);
  if (!path || !existsSync(path)) throw new CommandError(missing(file ?? packageJson.hotpath?.resources));
  const place = relative(root, path);
  const { model, resources, writes } = await importResources(path, place);
  return {
    root,
    model,
    resources,
    ...(writes && { writes }),
    migrations,
    databaseUrl: () => {
      if (!process.env['DATABASE_URL'] && datasourceUrl !== NO_URL) process.env['DATABASE_URL'] = datasourceUrl ?? '';
      return databaseUrl();
    },
  };
}

const PLACES = ['src/hotpath', 'hotpath'].flatMap((folder) =>
  ['ts', 'js', 'mts', 'mjs'].map((extension) => `${folder}/resources.${extension}`),
);

function resourcesIn(root: string, { hotpath }: PackageJson): string | undefined {
  const places = hotpath?.resources === undefined ? PLACES : [hotpath.resources];
  return places.map((place) => join(root, place)).find((place) => existsSync(place));
}

const missing = (named: string | undefined): string =>
  named === undefined
    ? `There is no file of resources (${PLACES.slice(0, 2).join(', ')}, …): \`$0 init\` writes one, --resources names another.`
    : `There is no file of resources at ${named}.`;

type Exported = Pick<Project, 'model' | 'resources' | 'writes'>;

async function importResources(path: string, place: string): Promise<Exported> {
  resolveTypeScript();
  const exported: Partial<Exported> = await import(pathToFileURL(path).href).catch((error: Error) => {
    if (error instanceof DeclarationError) throw new CommandError(error.message);
    throw new CommandError(`${place} cannot be loaded: ${error.message}`, { cause: error });
  });
  const { model, resources, writes } = exported;
  if (!model?.models)
    throw new CommandError(`${place} exports no \`model\`: it is the data model that Prisma generates.`);
  if (!Array.isArray(resources)) throw new CommandError(`${place} exports no \`resources\`, an array.`);
  return { model, resources, ...(writes && { writes }) };
}
