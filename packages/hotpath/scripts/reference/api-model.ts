/**
 * The public API as data: the exports of each entry of the package, with their docstrings. API Extractor reads them
 * from the compiled declarations, with a TypeScript of its own; the repository's TypeScript has no JavaScript API.
 *
 * API Extractor analyses one file that re-exports every entry as a namespace, so that one run covers all entries.
 */
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Extractor, ExtractorConfig, type IConfigFile } from '@microsoft/api-extractor';
import { compile } from '../pack/compile.ts';
import { entriesOf, type Manifest, type PackageEntry } from '../pack/manifest.ts';

/** API Extractor cannot read the declarations; the message has its complaints. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
}

/** An export, or a member of an export. */
export interface ApiItem {
  readonly name: string;
  /** `Function`, `Interface`, `PropertySignature` and so on. */
  readonly kind: string;
  /** The comment as written, with its asterisks; empty without a comment. */
  readonly docComment?: string;
  readonly excerptTokens?: readonly { readonly text: string }[];
  readonly propertyTypeTokenRange?: { readonly startIndex: number; readonly endIndex: number };
  readonly extendsTokenRanges?: readonly { readonly startIndex: number; readonly endIndex: number }[];
  readonly isOptional?: boolean;
  /** The declaration's file: `dist/fastify/hotpath.d.ts`. */
  readonly fileUrlPath?: string;
  readonly members?: readonly ApiItem[];
}

export interface ApiEntry {
  /** The name that its user imports: `hotpath/fastify`. */
  readonly name: string;
  /** Its source within `src`, without an extension. */
  readonly module: string;
  readonly exports: readonly ApiItem[];
}

/** @param library the folder of the package. @throws {ApiError} */
export async function readApi(library: string): Promise<ApiEntry[]> {
  const manifest = JSON.parse(await readFile(join(library, 'package.json'), 'utf8')) as Manifest;
  const entries = entriesOf(manifest);
  const folder = await mkdtemp(join(tmpdir(), 'hotpath-reference-'));
  try {
    await compile(library, join(folder, 'dist'));
    await writeAll(folder, entries);
    await symlink(join(library, '../../node_modules'), join(folder, 'node_modules'));
    const model = await extract(folder);
    return entries.map(({ name, module }) => ({ name, module, exports: exportsOf(model, namespaceOf(name)) }));
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** API Extractor accepts no hyphen or slash: `hotpath/fastify` is the namespace `hotpath_fastify`. */
const namespaceOf = (entry: string): string => entry.replace(/\W/g, '_');

async function writeAll(folder: string, entries: readonly PackageEntry[]): Promise<void> {
  const lines = entries.map(({ name, module }) => `export * as ${namespaceOf(name)} from './${module}.js';`);
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'dist/all.d.ts'), `${lines.join('\n')}\n`);
  await writeFile(join(folder, 'package.json'), '{ "name": "hotpath", "version": "0.0.0", "type": "module" }');
}

async function extract(folder: string): Promise<ApiItem> {
  const all = join(folder, 'dist/all.d.ts');
  const apiJsonFilePath = join(folder, 'api.json');
  const complaints: string[] = [];
  const config = ExtractorConfig.prepare({
    configObjectFullPath: undefined,
    packageJsonFullPath: join(folder, 'package.json'),
    configObject: configOf(folder, { all, apiJsonFilePath }),
  });
  const { succeeded } = Extractor.invoke(config, {
    messageCallback(message) {
      if (message.logLevel === 'error' || message.logLevel === 'warning') complaints.push(message.text);
      message.handled = true;
    },
  });
  if (!succeeded) throw new ApiError(`The declarations cannot be read.\n${complaints.join('\n')}`);
  const { members } = JSON.parse(await readFile(apiJsonFilePath, 'utf8')) as ApiItem;
  return members![0]!;
}

function configOf(folder: string, { all, apiJsonFilePath }: { all: string; apiJsonFilePath: string }): IConfigFile {
  const compilerOptions = {
    module: 'nodenext',
    target: 'es2022',
    lib: ['es2024', 'esnext.disposable'],
    types: ['node'],
    strict: true,
    skipLibCheck: true,
  };
  const silent = { default: { logLevel: 'none' as never } };
  return {
    projectFolder: folder,
    mainEntryPointFilePath: all,
    compiler: { overrideTsconfig: { compilerOptions, files: [all] } },
    apiReport: { enabled: false },
    docModel: { enabled: true, apiJsonFilePath },
    dtsRollup: { enabled: false },
    tsdocMetadata: { enabled: false },
    messages: {
      compilerMessageReporting: { default: { logLevel: 'error' as never } },
      extractorMessageReporting: silent,
      tsdocMessageReporting: silent,
    },
  };
}

function exportsOf({ members = [] }: ApiItem, namespace: string): readonly ApiItem[] {
  const found = members.find(({ name }) => name === namespace);
  if (!found?.members?.length) throw new ApiError(`No export was found in ${namespace}.`);
  return found.members;
}
