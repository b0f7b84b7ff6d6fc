/** Links between the pages lead to files and headings that are there. */
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { expect, it } from 'vitest';
import { PROJECT } from '../../src/dev/home.ts';

const pages = ['README.md', ...globSync('docs/**/*.md', { cwd: PROJECT })];

const textOf = (path: string): string => readFileSync(path, 'utf8');

const FENCED = /^ *```[\s\S]*?^ *```$/gm;

/** As GitHub makes them of headings. */
function anchorsOf(path: string): string[] {
  const headings = textOf(path)
    .replace(FENCED, '')
    .matchAll(/^#+ (.+)$/gm);
  return [...headings].map(([, title]) =>
    title!
      .toLowerCase()
      .replace(/[^\p{L}\p{N}_ -]/gu, '')
      .replaceAll(' ', '-'),
  );
}

/** The links of a page that lead nowhere. */
function brokenLinks(page: string): string[] {
  const path = join(PROJECT, page);
  const links = textOf(path)
    .replace(FENCED, '')
    .matchAll(/\]\((?!\w+:)([^)\s#]*)(?:#([^)\s]+))?\)/g);
  return [...links].flatMap(([link, file, anchor]) => {
    const target = file === '' ? path : resolve(dirname(path), file!);
    if (!existsSync(target)) return [link];
    return anchor === undefined || !target.endsWith('.md') || anchorsOf(target).includes(anchor) ? [] : [link];
  });
}

it.each(pages)('%s', (page) => {
  expect(brokenLinks(page)).toEqual([]);
});

it('leads from the README to every guide', () => {
  const readme = textOf(join(PROJECT, 'README.md'));
  const guides = pages.filter((page) => page.startsWith('docs/guides/') || page.startsWith('docs/reference/'));
  expect(guides.length).toBeGreaterThan(10);
  expect(guides.filter((page) => !readme.includes(`](${page})`))).toEqual([]);
});
