/** A guard is removed by an edit of a source, so each edit must find its text exactly once. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { PROJECT } from '../../../src/dev/home.ts';
import { GUARDS } from './guards.ts';

it.each(Object.entries(GUARDS))('the guard %s can be removed from the sources', (_name, { edits }) => {
  for (const { file, from } of edits) {
    expect([file, readFileSync(join(PROJECT, file), 'utf8').split(from).length - 1]).toEqual([file, 1]);
  }
});
