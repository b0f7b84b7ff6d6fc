/**
 * Compares the imports of the compiled library with its manifest: the manifest declares every imported package, and no
 * package that no file imports.
 */
import { readFile } from 'node:fs/promises';
import { isBuiltin } from 'node:module';
import { dirname, join } from 'node:path';
import { parse } from '@swc/core';
import { commandsOf, entriesOf, type Manifest, type PackageEntry, PackError } from './manifest.ts';

/** Packages by name, each with a file that imports it. */
type Imported = ReadonlyMap<string, string>;

/** The peers that an entry imports, at once or by `import()` later, by the entry's name. */
export type PeersByEntry = Readonly<Record<string, readonly string[]>>;

/** The files and packages that an entry reaches through its imports. */
interface Reach {
  readonly packages: Imported;
  /** The files, without their extension. */
  readonly modules: ReadonlySet<string>;
}

/**
 * @throws {PackError} naming each import that is not declared, each declared package that no file imports, and each
 * type that an entry adds to another package without declaring it.
 */
export async function checkImports(dist: string, manifest: Manifest): Promise<PeersByEntry> {
  const entries = entriesOf(manifest);
  const follow = ({ module }: PackageEntry, extension: string) => reachOf({ dist, manifest, extension }, module);
  const atRuntime = await Promise.all([...entries, ...commandsOf(manifest)].map((entry) => follow(entry, '.js')));
  const inTypes = await Promise.all(entries.map((entry) => follow(entry, '.d.ts')));
  const faults = faultsOf(manifest, new Map([...atRuntime, ...inTypes].flatMap(({ packages }) => [...packages])));
  for (const [index, { name }] of entries.entries()) {
    faults.push(...(await lostAugmentations(dist, name, { runtime: atRuntime[index]!, types: inTypes[index]! })));
  }
  if (faults.length > 0) throw new PackError(`The imports are wrong: ${faults.join('; ')}.`);
  const peers = Object.keys(manifest.peerDependencies);
  return Object.fromEntries(
    entries.map(({ name }, index) => [name, peers.filter((peer) => atRuntime[index]!.packages.has(peer))]),
  );
}

/**
 * A file that decorates Fastify declares so in `declare module 'fastify'`. A user's compiler sees the declaration only
 * if the entry's declarations import that file. TypeScript drops an import of values alone from declarations.
 */
async function lostAugmentations(
  dist: string,
  entry: string,
  { runtime, types }: { runtime: Reach; types: Reach },
): Promise<string[]> {
  const faults = [];
  for (const module of runtime.modules) {
    if (types.modules.has(module)) continue;
    const text = await readFile(join(dist, `${module}.d.ts`), 'utf8');
    const augmented = /^declare module '(.+)'/m.exec(text)?.[1];
    if (augmented === undefined) continue;
    faults.push(
      `${entry} lacks the types that ${module} adds to ${augmented}: its index needs import '…/${module}.ts'`,
    );
  }
  return faults;
}

function faultsOf({ dependencies, peerDependencies }: Manifest, imported: Imported): string[] {
  const declared = { ...dependencies, ...peerDependencies };
  const missing = [...imported].filter(([name]) => !Object.hasOwn(declared, name));
  const idle = Object.keys(dependencies).filter((name) => !isUsed(name, imported));
  return [
    ...missing.map(([name, file]) => `${file} imports ${name}, which is not declared`),
    ...idle.map((name) => `nothing imports the dependency ${name}`),
  ];
}

/** A declaration that imports `pg` uses `@types/pg`. */
const isUsed = (name: string, imported: Imported): boolean => imported.has(name.replace(/^@types\//, ''));

interface Walk {
  readonly dist: string;
  readonly manifest: Manifest;
  /** `.js` for the code that runs, `.d.ts` for the declarations that a user's compiler reads. */
  readonly extension: string;
}

/** Follows relative imports from a module, and visits each file once. */
async function reachOf({ dist, manifest, extension }: Walk, start: string): Promise<Reach> {
  const packages = new Map<string, string>();
  const modules = new Set([start]);
  for (const module of modules) {
    const file = join(dist, module + extension);
    for (const specifier of await specifiersOf(file)) {
      if (isBuiltin(specifier)) continue;
      if (specifier.startsWith('.')) modules.add(join(dirname(module), specifier.replace(/\.js$/, '')));
      else if (packageOf(specifier) === manifest.name) checkEntry(specifier, file, manifest);
      else packages.set(packageOf(specifier), module + extension);
    }
  }
  return { packages, modules };
}

function checkEntry(specifier: string, file: string, manifest: Manifest): void {
  if (entriesOf(manifest).some(({ name }) => name === specifier)) return;
  throw new PackError(`${file} imports ${specifier}, which is not a public entry: import the file by its path.`);
}

const packageOf = (specifier: string): string =>
  specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');

/** The imports and re-exports of a module, `import()` and imported types included. */
async function specifiersOf(file: string): Promise<string[]> {
  const found: string[] = [];
  const text = await readFile(file, 'utf8');
  visit(await parse(text, { syntax: 'typescript', target: 'es2022' }), found);
  return found;
}

interface SyntaxNode {
  readonly type?: string;
  readonly value?: unknown;
  readonly [key: string]: unknown;
}

function visit(node: unknown, found: string[]): void {
  if (typeof node !== 'object' || node === null) return;
  const { type, source, callee, argument, arguments: given } = node as SyntaxNode;
  if (type?.startsWith('Import') || type?.startsWith('Export')) take(source, found);
  if (type === 'TsImportType') take(argument, found);
  if (type === 'CallExpression' && (callee as SyntaxNode).type === 'Import')
    take((given as { expression: SyntaxNode }[])[0]!.expression, found);
  for (const inner of Object.values(node)) visit(inner, found);
}

function take(literal: unknown, found: string[]): void {
  if ((literal as SyntaxNode | undefined)?.type === 'StringLiteral')
    found.push((literal as SyntaxNode).value as string);
}
