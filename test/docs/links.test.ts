/** Links and paths in the documentation lead to files and headings that exist, and the site shows every page. */
import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { anchorOf } from '../../docs/.vitepress/anchors.ts';
import { GROUPS } from '../../docs/.vitepress/pages.ts';
import { PROJECT } from '../../src/dev/home.ts';
import { ALL_PAGES, docPages, pageText, withoutCode } from './doc-pages.ts';

const pages = docPages(...ALL_PAGES);

const anchorsOf = (page: string): string[] =>
  [...withoutCode(pageText(page)).matchAll(/^#+ (.+)$/gm)].map(([, heading]) => anchorOf(heading!));

/** The links of a page that lead nowhere. */
function brokenLinks(page: string): string[] {
  const links = withoutCode(pageText(page)).matchAll(/\]\((?!\w+:)([^)\s#]*)(?:#([^)\s]+))?\)/g);
  return [...links].flatMap(([link, file, anchor]) => {
    const target = file === '' ? join(PROJECT, page) : resolve(dirname(join(PROJECT, page)), file!);
    if (!existsSync(target)) return [link];
    const path = target.slice(PROJECT.length + 1);
    return anchor === undefined || !target.endsWith('.md') || anchorsOf(path).includes(anchor) ? [] : [link];
  });
}

/** Paths of this repository in code spans: `src/app.ts`, `packages/hotpath/src/jobs/`. */
const PATH = /`((?:src|packages|test|prisma|bench|deploy|jaeger|docs|examples)\/[\w./-]*\w\/?)`/g;

/** Files that the reader of a page makes, in this repository or in a project of their own. */
const MADE = /coupons|^src\/hotpath\/|^bench\/out\//;

const missingPaths = (page: string): string[] =>
  [...withoutCode(pageText(page)).matchAll(PATH)]
    .map(([, path]) => path!)
    .filter((path) => !MADE.test(path))
    .filter((path) => !existsSync(join(PROJECT, path)) && !existsSync(join(PROJECT, dirname(page), path)));

it.each(pages)('%s has no broken link', (page) => {
  expect(brokenLinks(page)).toEqual([]);
});

// A decision and a changelog speak of the files of their day.
it.each(pages.filter((page) => !/decisions|CHANGELOG/.test(page)))('%s names files that exist', (page) => {
  expect(missingPaths(page)).toEqual([]);
});

it('links to other sites by valid addresses, encrypted outside of this machine', () => {
  const links = pages.flatMap((page) =>
    [...withoutCode(pageText(page)).matchAll(/\]\((\w+:[^)\s]*)\)/g)].map(([, url]) => url!),
  );
  expect(links.length).toBeGreaterThan(3);
  expect(links.filter((url) => !URL.canParse(url) || !/^(https:|http:\/\/localhost)/.test(url))).toEqual([]);
});

describe('the site', () => {
  it('shows every page', () => {
    const shown = GROUPS.flatMap((group) => group.pages.map((name) => `docs/${name}.md`));
    const written = docPages('docs/**/*.md').filter(
      (page) => !page.startsWith('docs/decisions/') && page !== 'docs/index.md',
    );
    expect(shown.toSorted()).toEqual(written);
  });

  it('has four folders of pages', () => {
    const folders = docPages('docs/**/*.md').map((page) => dirname(page).replace(/^docs\/?/, ''));
    expect([...new Set(folders)].filter(Boolean).sort()).toEqual(['decisions', 'guides', 'operating', 'reference']);
  });
});
