/** Projects of other people: a folder with a package.json and a Prisma schema, in which `hotpath` is installed. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { PROJECT } from '../../src/dev/home.ts';

export interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** No program of a test outlives it by much. */
const LONGEST_MS = 300_000;

const LIBRARY = join(PROJECT, 'packages/hotpath');

/** The first files of a TypeScript project. */
export const TYPESCRIPT: Readonly<Record<string, string>> = {
  'package.json': JSON.stringify({ type: 'module', devDependencies: { prisma: '^7.10.0', typescript: '^7.0.0' } }),
  'tsconfig.json': JSON.stringify({
    compilerOptions: {
      target: 'es2025',
      lib: ['es2025', 'esnext.disposable'],
      module: 'nodenext',
      strict: true,
      noUncheckedIndexedAccess: true,
      exactOptionalPropertyTypes: true,
      noPropertyAccessFromIndexSignature: true,
      verbatimModuleSyntax: true,
      erasableSyntaxOnly: true,
      noUnusedLocals: true,
      allowImportingTsExtensions: true,
      noEmit: true,
      skipLibCheck: true,
      types: ['node'],
    },
  }),
};

export class ForeignProject {
  readonly root = realpathSync(mkdtempSync(join(tmpdir(), 'foreign-')));

  /** @param files texts by their paths. */
  constructor(files: Readonly<Record<string, string>>) {
    for (const [path, content] of Object.entries(files)) this.write(path, content);
    this.#install();
  }

  write(path: string, content: string): void {
    mkdirSync(dirname(join(this.root, path)), { recursive: true });
    writeFileSync(join(this.root, path), content);
  }

  read = (path: string): string => readFileSync(join(this.root, path), 'utf8');

  /** Every file of the project by its path, without what is installed and generated. */
  files(): Record<string, string> {
    const paths = readdirSync(this.root, { recursive: true, encoding: 'utf8', withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(this.root.length + 1))
      .filter((path) => !/(^|\/)(node_modules|generated)\//.test(path));
    return Object.fromEntries(paths.sort().map((path) => [path, this.read(path)]));
  }

  hotpath = (...args: string[]): Promise<Ran> => this.hotpathWith({}, ...args);

  hotpathWith = (environment: Record<string, string>, ...args: string[]): Promise<Ran> =>
    this.node(environment, 'node_modules/hotpath/src/cli/main.ts', ...args);

  /** Runs a program of Node.js in the project's folder. */
  async node(environment: Record<string, string>, ...args: string[]): Promise<Ran> {
    const { PATH = '', HOME = '', NODE_COMPILE_CACHE = '' } = process.env;
    const engine = join(PROJECT, 'prisma/schema-engine/schema-engine');
    const child = spawn(process.execPath, args, {
      cwd: this.root,
      env: { PATH, HOME, NODE_COMPILE_CACHE, PRISMA_SCHEMA_ENGINE_BINARY: engine, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: LONGEST_MS,
    });
    const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
    return { code, stdout, stderr };
  }

  prisma = (environment: Record<string, string>, ...args: string[]): Promise<Ran> =>
    this.node(environment, 'node_modules/prisma/build/index.js', ...args);

  /** The errors that TypeScript finds in the project's own files. */
  async typeErrors(): Promise<string[]> {
    const { stdout } = await this.node({}, 'node_modules/typescript/bin/tsc', '--pretty', 'false', '-p', '.');
    return stdout.split('\n').filter((line) => /^[^. ].*: error TS/.test(line));
  }

  /** Names of the resources that a service would start with, and the SQL that logs what they need. */
  async checked(): Promise<{ readonly names: string[]; readonly sql: string }> {
    const { code, stdout, stderr } = await this.node({}, join(PROJECT, 'test/cli/init/check-project.ts'));
    if (code !== 0) throw new Error(stderr);
    return JSON.parse(stdout);
  }

  remove = (): void => rmSync(this.root, { recursive: true, force: true });

  /** The packages are those of this repository; `hotpath` is its workspace. */
  #install(): void {
    const modules = join(this.root, 'node_modules');
    mkdirSync(join(modules, '.bin'), { recursive: true });
    for (const name of packageNames()) {
      mkdirSync(dirname(join(modules, name)), { recursive: true });
      symlinkSync(join(PROJECT, 'node_modules', name), join(modules, name));
    }
    symlinkSync(LIBRARY, join(modules, 'hotpath'));
    this.#program('hotpath-datamodel', 'model/generator/main.ts');
  }

  /** Finds Node.js where this test runs, whatever the shell finds. */
  #program(name: string, file: string): void {
    const path = join(this.root, 'node_modules/.bin', name);
    writeFileSync(path, `#!/bin/sh\nexec "${process.execPath}" "${join(LIBRARY, 'src', file)}" "$@"\n`, {
      mode: 0o755,
    });
  }
}

/** Each by its whole name: a link to a whole scope would lead whatever changes it into this repository. */
function packageNames(): string[] {
  const names = readdirSync(join(PROJECT, 'node_modules')).filter(
    (name) => !name.startsWith('.') && name !== 'hotpath',
  );
  const inScope = (scope: string) =>
    readdirSync(join(PROJECT, 'node_modules', scope)).map((name) => `${scope}/${name}`);
  return names.flatMap((name) => (name.startsWith('@') ? inScope(name) : [name]));
}
