/** The complaints that prevent a release: takes plain facts, returns sentences. */
import type { Manifest } from '../pack/manifest.ts';

export interface ReleaseState {
  readonly version: string;
  readonly manifest: Manifest;
  readonly changelog: string;
  /** The tags of the repository. */
  readonly tags: readonly string[];
  /** Files that are new or changed since the last commit. */
  readonly changed: readonly string[];
  /** Whether npm publishes the package; false for a dry run. */
  readonly publish: boolean;
}

const SEMVER = /^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?$/;

export const releaseTag = (version: string): string => `v${version}`;

/**
 * The channel on npm. A pre-release such as `1.0.0-rc.1` has the channel `next`, which `npm install hotpath` does not
 * install.
 */
export const channelOf = (version: string): 'latest' | 'next' => (version.includes('-') ? 'next' : 'latest');

/** Empty if nothing prevents the release. */
export function releaseComplaints(state: ReleaseState): string[] {
  const { version, manifest, changelog, tags, changed, publish } = state;
  if (!SEMVER.test(version)) return [`"${version}" is not a version: write 1.2.3 or 1.2.3-rc.1.`];
  const complaints = [];
  if (manifest.version !== version) {
    complaints.push(`packages/hotpath/package.json has the version ${manifest.version}, not ${version}.`);
  }
  if (!sectionOf(changelog, version)) {
    complaints.push(`packages/hotpath/CHANGELOG.md has nothing under a heading "## ${version}".`);
  }
  if (sectionOf(changelog, 'Unreleased'))
    complaints.push('packages/hotpath/CHANGELOG.md has lines under "Unreleased".');
  if (tags.includes(releaseTag(version))) complaints.push(`The tag ${releaseTag(version)} exists already.`);
  if (changed.length > 0) complaints.push(`These files are not committed: ${changed.join(', ')}.`);
  if (publish && !manifest['repository']) {
    complaints.push('packages/hotpath/package.json needs `repository`: npm compares it with the provenance.');
  }
  return complaints;
}

/** The text below a heading of the second level; a date may follow the version in the heading. */
function sectionOf(changelog: string, heading: string): string {
  const sections = changelog.split(/^## /m).slice(1);
  const section = sections.find((text) => text.split(/\s/, 1)[0] === heading) ?? '';
  return section.split('\n').slice(1).join('\n').trim();
}
