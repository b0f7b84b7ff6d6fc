/** Each scope of the mutation tests names files that exist, so that a renamed file does not leave its scope. */
import { globSync } from 'node:fs';
import { expect, it } from 'vitest';
import { PROJECT } from '../../src/dev/home.ts';
import { scopeOfFile, scopes } from './scopes.ts';

/** `a/{b,c}.ts` as `a/b.ts` and `a/c.ts`. */
function alternatives(pattern: string): string[] {
  const braces = /\{([^{}]*)\}/.exec(pattern);
  if (!braces) return [pattern];
  return braces[1]!.split(',').flatMap((part) => alternatives(pattern.replace(braces[0], part)));
}

const named = Object.entries(scopes).flatMap(([name, { mutate, tests }]) =>
  [...mutate, ...tests].flatMap(alternatives).map((path) => [name, path] as const),
);

it.each(named)('%s has %s', (_, path) => {
  expect(globSync(path, { cwd: PROJECT })).not.toEqual([]);
});

it('knows the scope of a file, and of lines of it', () => {
  expect(scopeOfFile('packages/hotpath/src/resource/policy.ts:10-20')).toBe('selections');
  expect(scopeOfFile('packages/hotpath/src/resource/no-such-file.ts')).toBeUndefined();
});
