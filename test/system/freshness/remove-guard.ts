/** Loaded before an instance: takes a guard out of its sources, to see that the check finds what the guard is for. */
import { registerHooks } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { GUARDS, type SourceEdit, WITHOUT } from './guards.ts';

const PROJECT = join(import.meta.dirname, '../../..');

const edits = Map.groupBy(GUARDS[process.env[WITHOUT]!]!.edits, ({ file }) => pathToFileURL(join(PROJECT, file)).href);

registerHooks({
  load(url, context, nextLoad) {
    const loaded = nextLoad(url, context);
    const found = edits.get(url);
    if (!found) return loaded;
    edits.delete(url);
    return { ...loaded, source: found.reduce(edited, String(loaded.source)) };
  },
});

/** @throws {Error} if the source has changed, so that the guard needs a new text. */
function edited(source: string, { file, from, to }: SourceEdit): string {
  if (source.split(from).length !== 2) throw new Error(`${file} does not have "${from}" exactly once.`);
  return source.replace(from, () => to);
}
