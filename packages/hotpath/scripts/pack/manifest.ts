/**
 * The manifest of the published package, made from the workspace's manifest: its `exports` name the compiled JavaScript
 * instead of the TypeScript sources.
 *
 *     "./model": "./src/model/index.ts"
 *     becomes
 *     "./model": { "types": "./dist/model/index.d.ts", "default": "./dist/model/index.js" }
 *
 * The entries `exports` and `bin` of the workspace's manifest are the only list of public entries. `./*` is for this
 * repository alone.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';

export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly exports: Readonly<Record<string, string>>;
  readonly bin?: Readonly<Record<string, string>>;
  readonly files: readonly string[];
  readonly dependencies: Readonly<Record<string, string>>;
  readonly peerDependencies: Readonly<Record<string, string>>;
  readonly [field: string]: unknown;
}

/** The manifest, the library or its surroundings do not allow a package; the message says how to fix it. */
export class PackError extends Error {
  override readonly name = 'PackError';
}

export interface PackageEntry {
  /** The name that its user writes: `hotpath/model`; for a command, the name of the command. */
  readonly name: string;
  /** The path within `src`, without an extension: `model/index`. */
  readonly module: string;
}

const WORKSPACE_ONLY = './*';
const SOURCE = /^(?:\.\/)?src\/(?<module>[^*]+)\.ts$/;

/** The entries that a user imports. @throws {PackError} for an entry that does not name a source file. */
export function entriesOf({ name, exports }: Manifest): PackageEntry[] {
  const keys = Object.keys(exports).filter((key) => key !== WORKSPACE_ONLY);
  return keys.map((key) => ({ name: name + key.slice(1), module: moduleOf(key, exports[key]!) }));
}

/** The commands that a user runs. @throws {PackError} for a command that does not name a source file. */
export function commandsOf({ bin = {} }: Manifest): PackageEntry[] {
  return Object.entries(bin).map(([name, source]) => ({ name, module: moduleOf(name, source) }));
}

function moduleOf(entry: string, source: string): string {
  const module = SOURCE.exec(source)?.groups?.['module'];
  if (module !== undefined) return module;
  throw new PackError(`The entry "${entry}" must name a file src/….ts, not ${source}.`);
}

/** @throws {PackError} naming every entry whose source is missing. */
export function checkSources(library: string, manifest: Manifest): void {
  const missing = [...entriesOf(manifest), ...commandsOf(manifest)]
    .filter(({ module }) => !existsSync(join(library, 'src', `${module}.ts`)))
    .map(({ name, module }) => `${name} (src/${module}.ts)`);
  if (missing.length > 0) throw new PackError(`These entries have no source: ${missing.join(', ')}.`);
}

export function publishedManifest(manifest: Manifest): object {
  const { private: _, scripts: __, devDependencies: ___, ...kept } = manifest;
  return { ...kept, bin: publishedBin(manifest), exports: publishedExports(manifest) };
}

function publishedBin(manifest: Manifest): Record<string, string> {
  return Object.fromEntries(commandsOf(manifest).map(({ name, module }) => [name, `dist/${module}.js`]));
}

function publishedExports(manifest: Manifest): Record<string, unknown> {
  const exports = entriesOf(manifest).map(({ name, module }) => [
    `.${name.slice(manifest.name.length)}`,
    { types: `./dist/${module}.d.ts`, default: `./dist/${module}.js` },
  ]);
  return { ...Object.fromEntries(exports), './package.json': './package.json' };
}
