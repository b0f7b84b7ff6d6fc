/**
 * The release: a name for the code that makes answers. Processes of one release share the entries in Redis. Processes of two
 * releases share nothing: a body, an ETag or a rule may differ between them without a change of the data model.
 *
 * `RELEASE` sets it. Without it, the name is a hash of the sources and of the package lock. So two processes with different
 * code never share an entry by accident, and two with the same code do. The hash takes about 10 ms.
 */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const PROJECT = join(import.meta.dirname, '..');
/** The service, which must exist, and the workspace's packages, which an image may lack. */
const SOURCES = ['src', 'packages'];
const PACKAGES = ['package.json', 'package-lock.json'];

/**
 * @param root of the project.
 * @throws if it has no sources.
 */
export function sourceRelease(root = PROJECT): string {
  const sha = createHash('sha256');
  for (const path of [...sourcesOf(root), ...PACKAGES].map((each) => join(root, each))) {
    if (!existsSync(path)) continue;
    const bytes = readFileSync(path);
    // The length marks the end of a file, so that two different sets of files never give the same bytes.
    sha.update(`${path.slice(root.length)}\0${bytes.length}\0`).update(bytes);
  }
  return sha.digest('base64url');
}

/** In an order that does not depend on the file system. Names with a leading dot belong to editors or the system. */
function sourcesOf(root: string): string[] {
  return SOURCES.map((folder) => join(root, folder))
    .filter((folder, index) => index === 0 || existsSync(folder))
    .flatMap((folder) => readdirSync(folder, { recursive: true, withFileTypes: true }))
    .filter((file) => file.isFile() && !file.name.startsWith('.'))
    .map((file) => join(file.parentPath, file.name).slice(root.length + 1))
    .sort();
}
