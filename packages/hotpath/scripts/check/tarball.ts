/**
 * Checks a tarball: the findings are those of publint, of "Are the types wrong?" and of a user's project that installs
 * the tarball, and each claim of the README that the tarball contradicts.
 */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { LIBRARY, type Packed, readManifest } from '../pack/pack.ts';
import { run } from './run.ts';
import { installProject, projectFindings } from './user-project.ts';

/** @param folder a place for the project, outside the repository. */
export async function checkTarball(packed: Packed, folder: string): Promise<string[]> {
  const project = join(folder, 'project');
  const [linted, installed] = await Promise.all([lintTarball(packed.tarball), installProject(packed.tarball, project)]);
  const used = installed.length > 0 ? installed : await projectFindings(project);
  return [...linted, ...used, ...(await readmeFindings(packed))];
}

export const lintTarball = async (tarball: string): Promise<string[]> => [
  ...(await publintFindings(tarball)),
  ...(await typesFindings(tarball)),
];

/** The findings of publint, its suggestions included. */
async function publintFindings(tarball: string): Promise<string[]> {
  const { buffer } = await readFile(tarball);
  const { messages, pkg } = await publint({ pack: { tarball: buffer as ArrayBuffer }, strict: true });
  return messages.map((message) => `publint: ${formatMessage(message, pkg ?? {}, { color: false })}`);
}

async function typesFindings(tarball: string): Promise<string[]> {
  const manifest = createRequire(import.meta.url).resolve('@arethetypeswrong/cli/package.json');
  const command = join(dirname(manifest), 'dist/index.js');
  return run(process.execPath, [command, tarball, '--profile', 'esm-only', '--no-emoji', '--no-color']);
}

const STATED = /(?<dependencies>\d+) dependencies.{1,60}?under (?<kilobytes>\d+) kB/s;

/** The README must name every entry, and state the number of dependencies and a bound for the size of the tarball. */
async function readmeFindings({ size, peers }: Packed): Promise<string[]> {
  const readme = await readFile(join(LIBRARY, 'README.md'), 'utf8');
  const unnamed = Object.keys(peers).filter((entry) => !readme.includes(`\`${entry}\``));
  const findings = unnamed.map((entry) => `README.md does not name the entry ${entry}.`);
  const stated = STATED.exec(readme)?.groups;
  if (!stated) return [...findings, 'README.md does not state "N dependencies … under N kB".'];
  const count = Object.keys((await readManifest()).dependencies).length;
  if (Number(stated['dependencies']) !== count) findings.push(`README.md must say "${count} dependencies".`);
  if (size > Number(stated['kilobytes']) * 1000) findings.push(`README.md is wrong: the tarball has ${size} bytes.`);
  return findings;
}
