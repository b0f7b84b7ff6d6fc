/**
 * `npm run release -- VERSION [--publish]`: tests the last commit, packs it, and publishes it to npm with its
 * provenance. Without `--publish`, npm makes a dry run and the script makes no tag. `docs/reference/releases.md` has
 * the steps before.
 */
import { execFileSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { orSentence } from '../or-sentence.ts';
import { PackError } from '../pack/manifest.ts';
import { LIBRARY, pack, readManifest } from '../pack/pack.ts';
import { channelOf, type ReleaseState, releaseComplaints, releaseTag } from './complaints.ts';

const PROJECT = join(LIBRARY, '..', '..');

await orSentence(async () => {
  const { version, publish } = wanted();
  const complaints = releaseComplaints(await stateOf(version, publish));
  if (complaints.length > 0) throw new PackError(complaints.join('\n'));
  for (const script of ['lint', 'types', 'test', 'check:package']) show('npm', 'run', script);
  const { tarball } = await pack(join(PROJECT, '.hotpath', 'release'));
  show('npm', 'publish', tarball, '--tag', channelOf(version), ...(publish ? ['--provenance'] : ['--dry-run']));
  if (publish) show('git', 'tag', '--annotate', releaseTag(version), '--message', `hotpath ${version}`);
  process.stdout.write(
    publish
      ? `hotpath ${version} is published. Push the tag: git push origin ${releaseTag(version)}\n`
      : `hotpath ${version} can be published: npm run release -- ${version} --publish\n`,
  );
});

/** @throws {PackError} */
function wanted(): { version: string; publish: boolean } {
  const usage = 'Usage: npm run release -- VERSION [--publish]';
  try {
    const { values, positionals } = parseArgs({ options: { publish: { type: 'boolean' } }, allowPositionals: true });
    const [version, ...rest] = positionals;
    if (version !== undefined && rest.length === 0) return { version, publish: values.publish ?? false };
  } catch (error) {
    throw new PackError(`${(error as Error).message}\n${usage}`);
  }
  throw new PackError(usage);
}

async function stateOf(version: string, publish: boolean): Promise<ReleaseState> {
  return {
    version,
    publish,
    manifest: await readManifest(),
    changelog: await readFile(join(LIBRARY, 'CHANGELOG.md'), 'utf8'),
    tags: linesOf('git', 'tag', '--list'),
    changed: linesOf('git', 'status', '--porcelain').map((line) => line.slice(3)),
  };
}

function linesOf(program: string, ...args: string[]): string[] {
  const output = execFileSync(program, args, { cwd: PROJECT, encoding: 'utf8' });
  return output.split('\n').filter((line) => line !== '');
}

/** Runs a program and shows its output. @throws {PackError} if the program fails. */
function show(program: string, ...args: string[]): void {
  try {
    execFileSync(program, args, { cwd: PROJECT, stdio: 'inherit' });
  } catch {
    throw new PackError(`${[program, ...args].join(' ')} failed.`);
  }
}
