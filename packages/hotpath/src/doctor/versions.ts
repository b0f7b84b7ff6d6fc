/** The versions of Node.js, of the packages that the library works with, and of PostgreSQL. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Queryable } from './database.ts';
import { type Finding, fault, ok } from './finding.ts';

type Version = readonly [major: number, minor: number];

const parsed = (version: string): Version => {
  const [, major, minor = '0'] = /^v?(\d+)(?:\.(\d+))?/.exec(version) ?? [];
  return [Number(major), Number(minor)];
};

const isAtLeast = ([major, minor]: Version, [most, least]: Version): boolean =>
  major > most || (major === most && minor >= least);

const NODE: Version = [22, 18];

/** @param version in the form of `process.version`. */
export function checkNode(version: string = process.version): Finding {
  const check = 'Node.js';
  if (isAtLeast(parsed(version), NODE)) return ok(check, version);
  return fault('wrong', { check, detail: version, remedy: `Install Node.js ${NODE.join('.')} or later.` });
}

/** The packages of a project, each with the oldest version of the one major version that the library supports. */
const PACKAGES: Readonly<Record<string, Version>> = { prisma: [7, 10], '@prisma/client': [7, 10], pg: [8, 0] };

/** @param root the folder of the project's package.json. */
export function checkPackages(root: string): Finding[] {
  return Object.entries(PACKAGES).map(([check, least]) => {
    const remedy = `npm install ${check}@^${least.join('.')}`;
    const version = installedVersion(root, check);
    if (version === undefined) return fault('missing', { check, detail: 'not installed', remedy });
    const [major, minor] = parsed(version);
    const isRight = major === least[0] && minor >= least[1];
    return isRight ? ok(check, version) : fault('wrong', { check, detail: version, remedy });
  });
}

/** Searches as Node.js does: in the folder, then in the folders above. */
function installedVersion(folder: string, name: string): string | undefined {
  const file = join(folder, 'node_modules', name, 'package.json');
  if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8')).version;
  const above = dirname(folder);
  return above === folder ? undefined : installedVersion(above, name);
}

const OLDEST = 14;
const NEWEST = 18;

export async function checkPostgres(client: Queryable): Promise<Finding> {
  const check = 'PostgreSQL';
  const { rows } = await client.query<{ version: string }>(`SELECT current_setting('server_version') AS "version"`);
  const detail = rows[0]!.version;
  const [major] = parsed(detail);
  const range = `${OLDEST} to ${NEWEST}`;
  if (major < OLDEST) return fault('wrong', { check, detail, remedy: `Use PostgreSQL ${range}.` });
  if (major > NEWEST) return fault('unknown', { check, detail, remedy: `Only PostgreSQL ${range} is tested.` });
  return ok(check, detail);
}
