/** The folder of a project's package.json. */
import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { CommandError } from './command.ts';

/** The nearest folder from here upwards that has a package.json; undefined if none has one. */
export function nearestPackage(from: string): string | undefined {
  for (let folder = resolve(from); ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'package.json'))) return folder;
    if (dirname(folder) === folder) return undefined;
  }
}

/** As `nearestPackage`. @throws {CommandError} if no folder has a package.json. */
export function packageFolder(from: string): string {
  const folder = nearestPackage(from);
  if (folder === undefined) throw new CommandError('There is no package.json here, nor in a folder above.');
  return folder;
}
