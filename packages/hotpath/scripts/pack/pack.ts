/**
 * Packs the library as its users install it: compiled JavaScript, and a manifest that names it.
 *
 * The script assembles and packs the package in a folder of its own, outside the repository. So a process that runs
 * from the workspace never reads the other manifest, and a script that is killed leaves the repository unchanged.
 */
import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { compile } from './compile.ts';
import { checkImports, type PeersByEntry } from './imports.ts';
import { checkSources, type Manifest, publishedManifest } from './manifest.ts';

export const LIBRARY = join(import.meta.dirname, '..', '..');
const PROJECT = join(LIBRARY, '..', '..');
const INSPECTOR_PAGE = 'fastify/operations/inspector/page';

export interface Packed {
  readonly tarball: string;
  /** The size of the tarball, in bytes. */
  readonly size: number;
  readonly peers: PeersByEntry;
}

/**
 * @param into the folder for the tarball; `pack` creates it if it does not exist.
 * @throws {PackError}
 */
export async function pack(into: string): Promise<Packed> {
  await mkdir(into, { recursive: true });
  const stage = await mkdtemp(join(tmpdir(), 'hotpath-package-'));
  try {
    const peers = await fill(stage);
    const { stdout } = await promisify(execFile)('npm', ['pack', '--json', '--pack-destination', resolve(into)], {
      cwd: stage,
    });
    const [{ filename, size }] = JSON.parse(stdout) as [{ filename: string; size: number }];
    return { tarball: join(resolve(into), filename), size, peers };
  } finally {
    await rm(stage, { recursive: true });
  }
}

async function fill(stage: string): Promise<PeersByEntry> {
  const manifest = await readManifest();
  checkSources(LIBRARY, manifest);
  const dist = join(stage, 'dist');
  await compile(LIBRARY, dist);
  // Files that are sent as they are.
  await cp(join(LIBRARY, 'src', INSPECTOR_PAGE), join(dist, INSPECTOR_PAGE), { recursive: true });
  const peers = await checkImports(dist, manifest);
  await writeFile(join(stage, 'package.json'), `${JSON.stringify(publishedManifest(manifest), null, 2)}\n`);
  for (const name of ['README.md', 'CHANGELOG.md']) await cp(join(LIBRARY, name), join(stage, name));
  await cp(join(PROJECT, 'LICENSE'), join(stage, 'LICENSE'));
  await cp(join(LIBRARY, 'sql'), join(stage, 'sql'), { recursive: true }).catch(unlessMissing);
  return peers;
}

function unlessMissing(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOENT') throw error;
}

export async function readManifest(): Promise<Manifest> {
  return JSON.parse(await readFile(join(LIBRARY, 'package.json'), 'utf8'));
}
