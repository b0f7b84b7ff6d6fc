/** docs/operating/security.md names tests that exist. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { PROJECT } from '../../src/dev/home.ts';

const textOf = (file: string): string => readFileSync(join(PROJECT, file), 'utf8');
const rows = textOf('docs/operating/security.md')
  .split('\n')
  .filter((line) => /^\| (?!tried|---)/.test(line));
const testOf = (row: string): string => row.split(' | ').at(-1)!.replace(/ \|$/, '');

it('names a test in each line', () => {
  const unnamed = rows.filter((row) => !/`(packages\/hotpath\/)?test\/|^"|^the same$/.test(testOf(row)));
  expect(unnamed).toEqual([]);
  expect(rows.length).toBeGreaterThan(80);
});

it('names no missing file', () => {
  const files = new Set(
    textOf('docs/operating/security.md').match(/(?<=`)(?:packages\/hotpath\/)?test\/[\w./-]+(?=`)/g),
  );
  expect([...files].filter((file) => !existsSync(join(PROJECT, file)))).toEqual([]);
});

it('names no missing test', () => {
  const tests = textOf('test/system/authorization.test.ts');
  const titles = rows.flatMap((row) => testOf(row).match(/(?<=")[^"]+(?=")/g) ?? []);
  expect(titles.length).toBeGreaterThan(10);
  expect(titles.filter((title) => !tests.includes(title))).toEqual([]);
});
