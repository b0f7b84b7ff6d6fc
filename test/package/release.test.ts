/** The checks before a release of the package. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { readManifest } from '../../packages/hotpath/scripts/pack/pack.ts';
import { channelOf, type ReleaseState, releaseComplaints } from '../../packages/hotpath/scripts/release/complaints.ts';
import { PROJECT } from '../../src/dev/home.ts';

const CHANGELOG = '# Changelog\n\n## Unreleased\n\n## 1.2.3 - 2026-11-28\n\n- A change.\n\n## 1.2.2\n';

const complaints = async (difference: Partial<ReleaseState> = {}) => {
  const manifest = { ...(await readManifest()), version: '1.2.3' };
  const ready = { version: '1.2.3', manifest, changelog: CHANGELOG, tags: ['v1.2.2'], changed: [], publish: false };
  return releaseComplaints({ ...ready, ...difference });
};

describe('a release', () => {
  it('needs a version that is committed, described and new', async () => {
    expect(await complaints()).toEqual([]);
    expect(await complaints({ version: 'v1.2' })).toEqual(['"v1.2" is not a version: write 1.2.3 or 1.2.3-rc.1.']);
    expect(await complaints({ version: '1.2.2' })).toEqual([
      'packages/hotpath/package.json has the version 1.2.3, not 1.2.2.',
      'packages/hotpath/CHANGELOG.md has nothing under a heading "## 1.2.2".',
      'The tag v1.2.2 exists already.',
    ]);
    expect(await complaints({ changed: ['README.md'] })).toEqual(['These files are not committed: README.md.']);
  });

  it('needs an empty "Unreleased" section', async () => {
    const changelog = CHANGELOG.replace('Unreleased\n', 'Unreleased\n\n- Another.\n');
    expect(await complaints({ changelog })).toEqual(['packages/hotpath/CHANGELOG.md has lines under "Unreleased".']);
  });

  it('needs the address of the repository to publish, not for a dry run', async () => {
    const manifest = { ...(await readManifest()), version: '1.2.3', repository: undefined };
    expect(await complaints({ manifest })).toEqual([]);
    expect(await complaints({ manifest, publish: true })).toEqual([expect.stringContaining('needs `repository`')]);
  });

  it('is the latest only if it is not a preview', () => {
    expect(channelOf('1.2.3')).toBe('latest');
    expect(channelOf('2.0.0-rc.1')).toBe('next');
  });

  it('ends with the reason and exit code 1 before anything runs', async () => {
    const release = (...args: string[]) =>
      promisify(execFile)(process.execPath, ['packages/hotpath/scripts/release/main.ts', ...args], { cwd: PROJECT });
    await expect(release()).rejects.toMatchObject({ code: 1, stdout: '', stderr: expect.stringMatching(/^Usage: /) });
    await expect(release('1.0', '--publish')).rejects.toMatchObject({
      code: 1,
      stdout: '',
      stderr: '"1.0" is not a version: write 1.2.3 or 1.2.3-rc.1.\n',
    });
    await expect(release('--force', '1.0.0')).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringContaining('--force'),
    });
  });

  it('is never made from the folder of the sources', async () => {
    const publishing = promisify(execFile)('npm', ['publish', '-w', 'hotpath', '--dry-run'], { cwd: PROJECT });
    await expect(publishing).rejects.toThrow(/EPRIVATE|npm run release/);
  });
});
