/** Programs in Go: found on PATH, or built once from their module and kept. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { HOME } from '../../../src/dev/home.ts';

const run = promisify(execFile);

export interface GoProgram {
  readonly name: string;
  /** The name under which it is kept; the name states everything that the build depends on. */
  readonly version: string;
  /** The package of its command, in its module. */
  readonly command: string;
  /** The folder of the module's sources, with its own go.mod; called only for a build. */
  sources(): Promise<string>;
}

/** The program's path. @throws {Error} with one sentence, if both the program and Go are missing. */
export async function goProgram(wanted: GoProgram): Promise<string> {
  const path = (process.env['PATH'] ?? '').split(delimiter);
  const found = path.map((folder) => join(folder, wanted.name)).find((file) => existsSync(file));
  if (found) return found;
  const kept = join(HOME, 'go', `${wanted.name}-${wanted.version}`);
  if (existsSync(kept)) return kept;
  if (!path.some((folder) => existsSync(join(folder, 'go')))) {
    throw new Error(`These tests need ${wanted.name} ${wanted.version} on PATH, or Go, to build it with.`);
  }
  await build(wanted, kept);
  return kept;
}

/** Builds in a copy, because a `replace` counts only in the main module: `go install` refuses a module that has one. */
async function build({ name, version, command, sources }: GoProgram, kept: string): Promise<void> {
  process.stderr.write(`Building ${name} ${version}, which takes minutes.\n`);
  const folder = await mkdtemp(join(tmpdir(), `hotpath-${name}-`));
  try {
    await cp(await sources(), folder, { recursive: true });
    await run('chmod', ['-R', 'u+w', folder]);
    await mkdir(join(HOME, 'go'), { recursive: true });
    await run('go', ['build', '-trimpath', '-o', 'built', command], { cwd: folder, maxBuffer: 2 ** 26 });
    await rename(join(folder, 'built'), kept).catch(() => cp(join(folder, 'built'), kept));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Downloads a module. @returns the folder of its sources, which is read-only. */
export async function goModule(module: string, version: string): Promise<string> {
  const { stdout } = await run('go', ['mod', 'download', '-json', `${module}@${version}`], { cwd: tmpdir() });
  return (JSON.parse(stdout) as { Dir: string }).Dir;
}
