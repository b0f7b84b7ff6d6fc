/**
 * The release: a name for the code that makes answers. Processes of one release share what lies in Redis; processes of
 * two releases share nothing, since a body, an ETag or a rule may differ between them without a trace in the data model.
 *
 * `RELEASE` names it. Without it the name is a hash of the sources and of the packages that they are locked to, so that
 * two processes of different code never share an entry by accident, and two of the same code do. It takes some 10 ms.
 */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const PROJECT = join(import.meta.dirname, '..');
/** The service, which must be there, and the workspace's packages, which an image may not have. */
const SOURCES = ['src', 'packages'];
const PACKAGES = ['package.json', 'package-lock.json'];

/** @param root of the project. @throws if there are no sources in it. */
export function sourceRelease(root = PROJECT): string {
  const sha = createHash('sha256');
  for (const path of [...sourcesOf(root), ...PACKAGES].map((each) => join(root, each))) {
    if (!existsSync(path)) continue;
    const bytes = readFileSync(path);
    // The length says where a file ends, so that no two sets of files give the same bytes.
    sha.update(`${path.slice(root.length)}\0${bytes.length}\0`).update(bytes);
  }
  return sha.digest('base64url');
}

/** In an order that no file system decides. A name that begins with a dot belongs to an editor or a system. */
function sourcesOf(root: string): string[] {
  return SOURCES.map((folder) => join(root, folder))
    .filter((folder, index) => index === 0 || existsSync(folder))
    .flatMap((folder) => readdirSync(folder, { recursive: true, withFileTypes: true }))
    .filter((file) => file.isFile() && !file.name.startsWith('.'))
    .map((file) => join(file.parentPath, file.name).slice(root.length + 1))
    .sort();
}
