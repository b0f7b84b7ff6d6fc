/**
 * Which test files need no server: the Vitest project `unit`. All others are the project `server`.
 *
 * A file is a unit test if neither it nor a test file that it imports opens a database, Redis or a process, or runs a
 * compiler. The import statements decide, so a new file is in the right project without a list to maintain.
 */
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import { PROJECT } from '../../src/dev/home.ts';

export const TEST_FILES = '{packages/hotpath/,}test/**/*.test.ts';

/** Imports that tell a test of a server, by package or by path from the root of the repository. */
const SERVER_IMPORTS = [
  /^(node:child_process|pg|ioredis)$/,
  /^test\/support\/(database|template|app|redis|pooler|program|process|instances|proxy|counting-server)\.ts$/,
  // The reference is made by a compiler of its own, which takes longer than all unit tests together.
  /^packages\/hotpath\/scripts\/reference\/pages\.ts$/,
];

const IMPORT = /^(?:import|export)\b[^'"]*['"]([^'"]+)['"]/gm;

/** @returns all test files, as paths from the root of the repository. */
export const testFiles = (): string[] => globSync(TEST_FILES, { cwd: PROJECT }).sort();

/** @returns the test files that need no server. */
export const unitTests = (): string[] => testFiles().filter((file) => !needsServer(file));

/** Whether a test file, a path from the root, needs a server. Follows imports within the tests only. */
export function needsServer(file: string, seen = new Set<string>()): boolean {
  if (seen.has(file)) return false;
  seen.add(file);
  return importsOf(file).some(
    (name) => SERVER_IMPORTS.some((pattern) => pattern.test(name)) || (isOfTests(name) && needsServer(name, seen)),
  );
}

const isOfTests = (path: string): boolean =>
  /^(packages\/hotpath\/)?test\//.test(path) && existsSync(resolve(PROJECT, path));

function importsOf(file: string): string[] {
  const path = resolve(PROJECT, file);
  const names = [...readFileSync(path, 'utf8').matchAll(IMPORT)].map(([, name]) => name!);
  return names.map((name) => (name.startsWith('.') ? relative(PROJECT, resolve(dirname(path), name)) : name));
}
