/**
 * Every block of code in the documentation has a test. This file knows which: a block of a language or page that no test covers
 * fails here, and so do JSON and generator blocks that are not right.
 */
import { describe, expect, it } from 'vitest';
import { ALL_PAGES, docPages, type FencedBlock, fencedBlocks, pageText, withoutCode } from './doc-pages.ts';

const blocks = docPages(...ALL_PAGES)
  .filter((page) => !page.startsWith('.github/'))
  .flatMap((page) => fencedBlocks(page));
const placeOf = ({ page, line, language }: FencedBlock): string => `${page}:${line} (${language || 'no language'})`;

/** Pages that a test follows to the letter. */
const FOLLOWED: Readonly<Record<string, string>> = {
  'docs/guides/quick-start.md': 'test/docs/quick-start.test.ts',
  'docs/guides/n-plus-one-guard.md': 'test/docs/n-plus-one-guard.test.ts',
  'docs/guides/add-a-resource.md': 'test/docs/add-a-resource.test.ts',
};

/** The test of a block, by its language; undefined if it has none. */
const TESTS: Readonly<Record<string, (block: FencedBlock) => string | undefined>> = {
  sh: () => 'test/docs/commands.test.ts',
  json: () => 'test/docs/code-blocks.test.ts',
  jsonc: () => 'test/docs/code-blocks.test.ts',
  ts: ({ page }) =>
    /^(docs\/guides\/|packages\/hotpath\/README|docs\/operating\/jobs)/.test(page)
      ? 'test/docs/guides.test.ts'
      : undefined,
  prisma: () => 'test/docs/code-blocks.test.ts',
  sql: ({ page }) => SQL[page],
  ini: ({ page }) =>
    page === 'docs/operating/operate.md' ? 'test/docs/operations.test.ts' : 'test/docs/code-blocks.test.ts',
  http: ({ page }) => TEXTS[page],
  promql: ({ page }) => TEXTS[page],
  text: ({ page }) => TEXTS[page],
};

/** The tests that run the SQL of a page. */
const SQL: Readonly<Record<string, string>> = {
  'docs/operating/operate.md': 'test/docs/operations.test.ts',
  'docs/operating/growing.md': 'test/docs/partitions.test.ts',
};

/** Output, queries and headers, which the test of their page compares. */
const TEXTS: Readonly<Record<string, string>> = {
  'docs/guides/inspector.md': 'packages/hotpath/test/inspector/inspector.test.ts',
  'docs/guides/replay.md': 'test/cli/replay.test.ts',
  'docs/guides/resources.md': 'test/docs/guides.test.ts',
  'docs/observability.md': 'test/docs/observability.test.ts',
  'docs/reference/commands.md': 'test/docs/reference.test.ts',
};

const testOf = (block: FencedBlock): string | undefined => FOLLOWED[block.page] ?? TESTS[block.language]?.(block);

it('has a test for each block', () => {
  expect(blocks.length).toBeGreaterThan(60);
  expect(blocks.filter((block) => testOf(block) === undefined).map(placeOf)).toEqual([]);
});

it('has no block that is only indented, because no test would read it', () => {
  const indented = docPages(...ALL_PAGES).flatMap((page) =>
    [...withoutCode(pageText(page)).matchAll(/(?<=\n\n) {4}(?![-*|]|\d+\. )\S.*/g)].map(([line]) => `${page}: ${line}`),
  );
  expect(indented).toEqual([]);
});

it('names tests that read the page', () => {
  const tests = new Map(blocks.map((block) => [testOf(block)!, block.page]));
  for (const test of tests.keys()) expect(docPages(test)).toEqual([test]);
  for (const [page, test] of Object.entries(FOLLOWED)) expect(pageText(test)).toContain(page);
});

const ofLanguage = (...languages: string[]) => blocks.filter(({ language }) => languages.includes(language));

describe('JSON', () => {
  it.each(ofLanguage('json', 'jsonc').map((block) => [placeOf(block), block.code] as const))('%s parses', (_, code) => {
    const withoutComments = code.replaceAll(/^\s*\/\/.*$/gm, '');
    expect(() => JSON.parse(withoutComments)).not.toThrow();
  });
});

describe('variables', () => {
  const known = docPages('docs/observability.md', 'docs/reference/configuration.md').map(pageText).join('\n');
  const variables = ofLanguage('ini').filter(({ page }) => page !== 'docs/operating/operate.md');

  it.each(variables.map((block) => [placeOf(block), block.code] as const))('%s has variables that exist', (_, code) => {
    const names = code
      .trim()
      .split('\n')
      .map((line) => /^([A-Z_]+)=\S+$/.exec(line)?.[1]);
    expect(names.filter((name) => name === undefined || !known.includes(`\`${name}\``))).toEqual([]);
  });
});

describe('a generator of the data model', () => {
  it('has the same lines in each page', () => {
    const generators = ofLanguage('prisma').flatMap(
      ({ code }) => code.match(/^generator datamodel \{[\s\S]*?^\}/gm) ?? [],
    );
    expect(generators.length).toBeGreaterThan(1);
    expect(new Set(generators)).toEqual(
      new Set(['generator datamodel {\n  provider = "hotpath-datamodel"\n  output   = "../generated"\n}']),
    );
  });

  it('is the only kind of Prisma block outside of the pages that a test follows', () => {
    const others = ofLanguage('prisma').filter(({ page }) => !(page in FOLLOWED));
    expect(others.filter(({ code }) => !code.startsWith('generator datamodel {')).map(placeOf)).toEqual([]);
  });
});
