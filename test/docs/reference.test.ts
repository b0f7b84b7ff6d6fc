/** docs/reference says what the sources say: `npm run docs:reference` makes its pages again. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, describe as group, it } from 'vitest';
import {
  commentText,
  describeComment as described,
  firstSentence,
} from '../../packages/hotpath/scripts/reference/docstring.ts';
import { referencePages } from '../../packages/hotpath/scripts/reference/pages.ts';
import { PROJECT } from '../../src/dev/home.ts';

const folder = join(PROJECT, 'docs/reference');
const page = (path: string): string => readFileSync(join(PROJECT, 'docs', path), 'utf8');

it('is up to date', async () => {
  const pages = await referencePages(join(PROJECT, 'packages/hotpath'));
  const kept = Object.keys(pages).map((name) => [name, readFileSync(join(folder, name), 'utf8')]);
  const hint = 'docs/reference is out of date: npm run docs:reference';
  expect(Object.fromEntries(kept), hint).toEqual(pages);
}, 180_000);

it('says something of every export and every option', () => {
  for (const name of ['exports.md', 'options.md']) {
    const rows = readFileSync(join(folder, name), 'utf8').match(/^\| `.*$/gm)!;
    expect(rows.length).toBeGreaterThan(100);
    expect(rows.filter((row) => / \|\s*\|$/.test(row))).toEqual([]);
  }
});

it('has each command that a guide names, and the command line has each of its own', () => {
  const commands = [...page('reference/commands.md').matchAll(/^## (\w+)$/gm)].map(([, name]) => name!);
  expect(commands.length).toBeGreaterThan(5);
  const guides = readdirSync(join(PROJECT, 'docs/guides')).map((name) => page(`guides/${name}`));
  const named = guides.flatMap((text) => [...text.matchAll(/npx hotpath\s+([a-z]+)/g)].map(([, name]) => name!));
  expect(named.filter((name) => !commands.includes(name))).toEqual([]);
  const listed = [...page('guides/command-line.md').matchAll(/^\| `(\w+)/gm)].map(([, name]) => name!);
  expect(listed.toSorted()).toEqual(commands.toSorted());
});

group('a docstring', () => {
  it('is read without its asterisks and tags', () => {
    expect(commentText('/**\n * Two\n * lines.\n *\n * @throws\n *\n * a fault\n */\n')).toBe('Two lines.');
    expect(commentText('/**\n * Gives rows:\n *\n *     read(a.b);\n *\n * It may fail.\n */')).toBe(
      'Gives rows: It may fail.',
    );
    expect(commentText(undefined)).toBe('');
  });

  it('has a first sentence', () => {
    expect(firstSentence('A file `a.ts` of 1.5 kB. It is read once.')).toBe('A file `a.ts` of 1.5 kB.');
    expect(firstSentence('One without an end')).toBe('One without an end');
  });

  it.each([
    ['/** How many; 20 without it. Past it, none. */', 'How many. Past it, none.', '20'],
    ['/** Times until it fails. 3 by default. */', 'Times until it fails.', '3'],
    ["/** Its order. The resource's own without it. */", 'Its order.', "The resource's own"],
    ['/**\n * A share.\n *\n * @defaultValue 0.1\n */\n', 'A share.', '0.1'],
    ['/** The viewer. */', 'The viewer.', ''],
  ])('tells the default apart: %s', (comment, meaning, fallback) => {
    expect(described(comment)).toEqual({ meaning, fallback });
  });
});
