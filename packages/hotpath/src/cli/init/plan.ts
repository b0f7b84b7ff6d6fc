/**
 * The plan of `hotpath init`: the files that it would write into a project, and its advice. This file writes nothing.
 */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { fromDmmf } from '../../model/generator/from-dmmf.ts';
import { CommandError } from '../command.ts';
import type { PrismaProject } from '../prisma-project.ts';
import { checkProposals } from './checked.ts';
import { chooseModels, type LeftOut } from './chosen-models.ts';
import { type GeneratorBlock, isClient, isDatamodel, outputOf, withDatamodel } from './generator-blocks.ts';
import { indexesOf, isIndexed } from './indexes.ts';
import { constantsFor, pathsFor } from './names.ts';
import { type DataModelPlace, modulesOf, type ProjectStyle, styleOf } from './project-style.ts';
import { type Proposal, proposalFor, type Schema } from './proposal.ts';
import { resourcesFile } from './resources-file.ts';
import { dumpSchema, type SchemaDump } from './schema-dump.ts';
import { pluginFile, serverFile } from './server-file.ts';

export interface PlannedFile {
  /** The path from the folder of the project. */
  readonly path: string;
  readonly text: string;
  /** `kept` means that the file exists and stays unchanged. */
  readonly state: 'new' | 'changed' | 'kept';
  /** A short description of its contents. */
  readonly holds: string;
}

export interface InitPlan {
  readonly project: PrismaProject;
  readonly style: ProjectStyle;
  readonly files: readonly PlannedFile[];
  readonly proposals: readonly Proposal[];
  readonly leftOut: readonly LeftOut[];
  /** Sentences of advice on the schema. */
  readonly advice: readonly string[];
}

export interface InitOptions {
  /** Names of models; all models without it. */
  readonly models?: readonly string[] | undefined;
  /** Whether to overwrite existing files. */
  readonly force?: boolean | undefined;
}

/** @throws {CommandError} for a project that cannot be served, with the reason. */
export async function planInit(project: PrismaProject, { models, force = false }: InitOptions): Promise<InitPlan> {
  const dump = await dumpSchema(project);
  const client = clientOf(dump);
  const style = styleOf(project, client);
  const schema = { dataModel: dataModelOf(dump), datamodel: dump.datamodel };
  const { chosen, leftOut } = chooseModels(dump, schema.dataModel, models);
  const proposals = proposalsFor(schema, chosen);
  checkProposals(schema.dataModel, proposals);
  const { place, block } = dataModelPlace(dump, client, style);
  const modules = modulesOf(style, client, place);
  const named = (file: string) => relative(project.root, file).split(sep).join('/');
  const planned = (file: string, text: string, holds: string): PlannedFile => {
    const isThere = existsSync(file);
    return { path: named(file), text, state: isThere ? (force ? 'changed' : 'kept') : 'new', holds };
  };
  const extension = style.isJavaScript ? 'js' : 'ts';
  const server = join(style.folder, `server.${extension}`);
  const served =
    style.hasServer && !existsSync(server)
      ? planned(join(style.folder, `plugin.${extension}`), pluginFile(proposals, modules), 'their routes, a plugin')
      : planned(server, serverFile(proposals, modules), 'the server, with their routes');
  const files = [
    { path: named(client.file), ...block, holds: 'the generator of the data model' },
    planned(style.resourcesFile, resourcesFile(proposals, modules), `${proposals.length} resources`),
    served,
  ];
  return { project, style, files, proposals, leftOut, advice: adviceOn(schema, proposals) };
}

function clientOf({ provider, generators }: SchemaDump): GeneratorBlock {
  if (provider !== 'postgresql') {
    throw new CommandError(
      `Hotpath reads only PostgreSQL; the data source of this schema is ${provider ?? 'not set'}.`,
    );
  }
  const client = generators.find(isClient);
  if (client) return client;
  throw new CommandError('The schema has no generator of Prisma Client (provider "prisma-client"): add one first.');
}

function dataModelOf({ datamodel }: SchemaDump) {
  try {
    return fromDmmf(datamodel);
  } catch (error) {
    throw new CommandError((error as Error).message, { cause: error });
  }
}

function proposalsFor(schema: Schema, chosen: readonly string[]): Proposal[] {
  const names = constantsFor(chosen);
  const paths = pathsFor(names.values());
  const places = new Map([...names].map(([model, name]) => [model, { name, path: paths.get(name)! }]));
  return chosen.map((model) => proposalFor(schema, model, places));
}

interface PlacedDataModel {
  readonly place: DataModelPlace;
  readonly block: Pick<PlannedFile, 'text' | 'state'>;
}

/** The folder of the generated data model: beside the client, unless the schema names another. */
function dataModelPlace({ generators }: SchemaDump, client: GeneratorBlock, style: ProjectStyle): PlacedDataModel {
  const text = readFileSync(client.file, 'utf8');
  const there = generators.find(isDatamodel);
  const extension = style.isJavaScript ? 'js' : (client.values['generatedFileExtension'] ?? 'ts');
  if (there) {
    const folder = outputOf(there) ?? join(dirname(there.file), 'generated');
    const given = there.values['generatedFileExtension'] ?? client.values['generatedFileExtension'] ?? 'ts';
    return { place: { folder, extension: given }, block: { text, state: 'kept' } };
  }
  const own = relative(dirname(client.file), join(style.folder, 'generated')).split(sep).join('/');
  // `prisma-client-js` makes its folder a CommonJS package of its own.
  const isShared = client.provider === 'prisma-client' && client.output !== undefined;
  const output = isShared ? client.output : own.startsWith('.') ? own : `./${own}`;
  const folder = join(dirname(client.file), output);
  const changed = withDatamodel(text, client, { output, isJavaScript: style.isJavaScript });
  return { place: { folder, extension }, block: { text: changed, state: 'changed' } };
}

/** Advice on lists that are embedded by a foreign key without an index. */
function adviceOn({ dataModel, datamodel }: Schema, proposals: readonly Proposal[]): string[] {
  return proposals.flatMap(({ model, name, relations }) =>
    Object.keys(relations).flatMap((relation) => {
      const field = dataModel.models[model]!.fields[relation]!;
      if (field.kind !== 'relation' || field.holdsKey || field.through) return [];
      if (isIndexed(indexesOf(datamodel, field.model), field.to)) return [];
      const keys = field.to.join(', ');
      return [
        `${field.model} has no index on ${keys}: add @@index([${keys}]), or ${name}.${relation} reads the whole table.`,
      ];
    }),
  );
}
