/** The package as a user gets it, installed from npm's registry with its dependencies. */
import { execFile } from 'node:child_process';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { checkTarball, lintTarball } from '../../packages/hotpath/scripts/check/tarball.ts';
import { LIBRARY, pack } from '../../packages/hotpath/scripts/pack/pack.ts';
import { PROJECT } from '../../src/dev/home.ts';
import { temporaryFolder } from './temporary-folder.ts';

const run = promisify(execFile);

const git = async (...args: string[]) => (await run('git', args, { cwd: PROJECT })).stdout;

/** Unpacks a tarball. @returns the folder of the package. */
async function unpack(tarball: string): Promise<string> {
  const folder = await temporaryFolder();
  await run('tar', ['-xzf', tarball, '-C', folder]);
  return join(folder, 'package');
}

describe('the package', () => {
  it('is clean by publint and "Are the types wrong?", and works in a strict project', {
    timeout: 600_000,
  }, async () => {
    const folder = await temporaryFolder();
    expect(await checkTarball(await pack(folder), folder)).toEqual([]);
  });

  it('has compiled files with their sources, texts and licence, and leaves the repository as it was', async () => {
    const status = () => git('status', '--porcelain', '--ignored', '--', LIBRARY);
    const before = await status();
    const unpacked = await unpack((await pack(await temporaryFolder())).tarball);
    expect(await status()).toBe(before);
    expect(await readdir(unpacked)).toEqual(
      expect.arrayContaining(['CHANGELOG.md', 'LICENSE', 'README.md', 'dist', 'package.json']),
    );
    const kinds = (await readdir(join(unpacked, 'dist'), { recursive: true, withFileTypes: true }))
      .filter((file) => file.isFile())
      .map(({ name }) => name.replace(/^[^.]*/, ''));
    expect(new Set(kinds)).toEqual(new Set(['.js', '.js.map', '.d.ts', '.html', '.css', '.svg']));
    const page = 'fastify/operations/inspector/page';
    expect(await readdir(join(unpacked, 'dist', page))).toEqual(await readdir(join(LIBRARY, 'src', page)));
    const map = JSON.parse(await readFile(join(unpacked, 'dist/model/index.js.map'), 'utf8'));
    expect(map.sources).toEqual(['../../src/model/index.ts']);
    expect(map.sourcesContent[0]).toContain('hotpath/model');
  }, 300_000);

  it('fails the check if an entry names a missing file', { timeout: 300_000 }, async () => {
    const folder = await temporaryFolder();
    const unpacked = await unpack((await pack(folder)).tarball);
    const file = join(unpacked, 'package.json');
    await writeFile(file, (await readFile(file, 'utf8')).replaceAll('dist/model/index', 'dist/model/main'));
    const { stdout } = await run('npm', ['pack', '--json', '--pack-destination', folder], { cwd: unpacked });
    const findings = await lintTarball(join(folder, JSON.parse(stdout)[0].filename));
    expect(findings).toEqual([
      expect.stringMatching(/^publint: .*dist\/model\/main\.d\.ts/),
      expect.stringMatching(/^publint: .*dist\/model\/main\.js/),
      expect.stringMatching(/NoResolution|failed to resolve/),
    ]);
  });

  it('is not packed from the folder of its sources', async () => {
    const packing = run('npm', ['pack', '-w', 'hotpath', '--dry-run'], { cwd: PROJECT });
    await expect(packing).rejects.toThrow('run `npm run pack` at the top of the repository');
  });
});
