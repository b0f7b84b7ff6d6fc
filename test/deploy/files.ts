/** Reads the files of a deployment for tests. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { PROJECT } from '../../src/dev/home.ts';

export const pathOf = (path: string): string => join(PROJECT, path);
export const textOf = (path: string): string => readFileSync(pathOf(path), 'utf8');

/**
 * The documents of a YAML file, with anchors and merges resolved.
 * @throws at a fault in one of them.
 */
export function yamlOf<T>(path: string): T[] {
  return parseAllDocuments(textOf(path), { merge: true }).map((document) => {
    if (document.errors.length > 0) throw document.errors[0];
    return document.toJS() as T;
  });
}

/** The value of a setting in a file of `name = value` lines. */
export function settingOf(path: string, name: string): string {
  const found = new RegExp(`^${name} = '?([^'\\n]*)'?$`, 'm').exec(textOf(path))?.[1];
  if (found === undefined) throw new Error(`${path} has no ${name}.`);
  return found;
}
