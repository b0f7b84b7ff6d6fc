/**
 * Compiles the library: JavaScript, declarations, and source maps that contain their sources.
 *
 * TypeScript rewrites `./x.ts` to `./x.js` in JavaScript, but not in declarations, where older compilers do not resolve
 * it. So this file rewrites the declarations. A source map names its source as if `src` were beside `dist`:
 * `../src/x.ts`.
 */
import { execFile } from 'node:child_process';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { promisify } from 'node:util';
import { PackError } from './manifest.ts';

const run = promisify(execFile);

/**
 * @param dist a folder that is empty or does not exist.
 * @throws {PackError} with the messages of the compiler.
 */
export async function compile(library: string, dist: string): Promise<void> {
  await run(process.execPath, [compiler(), '-p', join(library, 'tsconfig.build.json'), '--outDir', dist]).catch(
    ({ stdout, message }: { stdout?: string; message: string }) => {
      throw new PackError(`The library does not compile.\n${stdout || message}`);
    },
  );
  for (const file of await readdir(dist, { recursive: true })) {
    if (file.endsWith('.d.ts')) await rewrite(join(dist, file), withJavaScriptNames);
    if (file.endsWith('.js.map'))
      await rewrite(join(dist, file), (map) => withPlainSources(map, library, join(dist, file)));
  }
}

const compiler = (): string =>
  join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin/tsc');

async function rewrite(file: string, change: (text: string) => string): Promise<void> {
  await writeFile(file, change(await readFile(file, 'utf8')));
}

const RELATIVE_SPECIFIER = /(\bfrom |\bimport |\bimport\()(['"])(\.{1,2}\/[^'"\n]+)\.ts\2/g;

export const withJavaScriptNames = (declarations: string): string =>
  declarations.replace(RELATIVE_SPECIFIER, '$1$2$3.js$2');

function withPlainSources(text: string, library: string, file: string): string {
  const map = JSON.parse(text) as { sources: string[] };
  const sources = map.sources.map((source) => {
    const path = relative(library, resolve(dirname(file), source)).split(sep);
    return [...path.slice(1).map(() => '..'), ...path].join('/');
  });
  return JSON.stringify({ ...map, sources });
}
