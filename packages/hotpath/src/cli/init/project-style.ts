/** The style of a project: its language, how its modules name each other, and whether it has a Fastify server. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { CommandError } from '../command.ts';
import { dependsOn, type PrismaProject } from '../prisma-project.ts';
import { type GeneratorBlock, outputOf } from './generator-blocks.ts';
import type { Modules } from './resources-file.ts';

export interface ProjectStyle {
  readonly isJavaScript: boolean;
  /** The folder of the files that `init` writes. */
  readonly folder: string;
  readonly resourcesFile: string;
  /** The extension in imports of TypeScript modules: `ts` if Node.js runs the sources directly, else `js`. */
  readonly importExtension: 'ts' | 'js';
  readonly hasServer: boolean;
}

/** @throws {CommandError} for a project of CommonJS modules. */
export function styleOf(project: PrismaProject, client: GeneratorBlock): ProjectStyle {
  const { root, packageJson } = project;
  if (packageJson.type !== 'module') {
    throw new CommandError('package.json must say "type": "module": Hotpath has only ECMAScript modules.');
  }
  const isJavaScript = !existsSync(join(root, 'tsconfig.json')) && !dependsOn(packageJson, 'typescript');
  const named = packageJson.hotpath?.resources;
  const folder = named === undefined ? join(root, existsSync(join(root, 'src')) ? 'src/hotpath' : 'hotpath') : '';
  const resourcesFile = named ? resolve(root, named) : join(folder, `resources.${isJavaScript ? 'js' : 'ts'}`);
  return {
    isJavaScript,
    folder: dirname(resourcesFile),
    resourcesFile,
    importExtension: namesTypeScript(root, client) ? 'ts' : 'js',
    hasServer: dependsOn(packageJson, 'fastify') && hasFastifyServer(root, dirname(resourcesFile)),
  };
}

function namesTypeScript(root: string, { values }: GeneratorBlock): boolean {
  const { importFileExtension } = values;
  if (importFileExtension !== undefined) return importFileExtension === 'ts';
  return allowsTypeScript(join(root, 'tsconfig.json'));
}

const ALLOWS = /"(allowImportingTsExtensions|rewriteRelativeImportExtensions)"\s*:\s*(true|false)/;

/** Whether a tsconfig.json, or one of this project that it extends, allows imports such as `./post.ts`. */
function allowsTypeScript(file: string): boolean {
  if (!existsSync(file)) return false;
  const text = readFileSync(file, 'utf8');
  const [, , allowed] = ALLOWS.exec(text) ?? [];
  if (allowed !== undefined) return allowed === 'true';
  const base = /"extends"\s*:\s*"(\.[^"]+)"/.exec(text)?.[1];
  return base !== undefined && allowsTypeScript(resolve(dirname(file), base.endsWith('.json') ? base : `${base}.json`));
}

const SOURCE = /\.[cm]?[jt]s$/;
const NOT_SOURCES = /^(node_modules|dist|build|coverage|generated|\..*)$/;
const IMPORTS_FASTIFY = /(from|require\()\s*['"]fastify['"]/;

/** @param own the folder of the files that `init` writes. */
function hasFastifyServer(folder: string, own: string): boolean {
  return readdirSync(folder, { withFileTypes: true }).some((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return path !== own && !NOT_SOURCES.test(entry.name) && hasFastifyServer(path, own);
    return entry.isFile() && SOURCE.test(entry.name) && IMPORTS_FASTIFY.test(readFileSync(path, 'utf8'));
  });
}

/** The modules that the files of `init` import. @param dataModel the folder of the data model. */
export function modulesOf(style: ProjectStyle, client: GeneratorBlock, dataModel: DataModelPlace): Modules {
  const { isJavaScript, folder, resourcesFile, importExtension } = style;
  const named = (file: string): string => {
    const path = relative(folder, file).split(sep).join('/');
    const source = isJavaScript || importExtension === 'ts' ? path : path.replace(/\.([cm]?)ts$/, '.$1js');
    return source.startsWith('.') ? source : `./${source}`;
  };
  return {
    isJavaScript,
    client: clientFile(client, named),
    dataModel: named(join(dataModel.folder, `datamodel.${dataModel.extension}`)),
    resources: named(resourcesFile),
  };
}

export interface DataModelPlace {
  readonly folder: string;
  readonly extension: string;
}

function clientFile(client: GeneratorBlock, named: (file: string) => string): string {
  const output = outputOf(client);
  if (client.provider === 'prisma-client-js')
    return output === undefined ? '@prisma/client' : named(join(output, 'index.js'));
  if (output === undefined) throw new CommandError(`The generator "${client.name}" must name its \`output\`.`);
  return named(join(output, `client.${client.values['generatedFileExtension'] ?? 'ts'}`));
}
