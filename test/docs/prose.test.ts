/**
 * The prose of the documentation, and of the code that `prose/code.ts` lists, has none of the phrases of `prose/rules.ts`. The check
 * reads comments, test titles, error messages, and the descriptions that configuration files show.
 */
import { describe, expect, it } from 'vitest';
import { docPages, pageText } from './doc-pages.ts';
import { CODE } from './prose/code.ts';
import { proseOf } from './prose/prose-of.ts';
import { RULES } from './prose/rules.ts';

const CHECKED = [
  ...['*.md', '.github/**/*.md', 'bench/*.md', 'docs/**/*.md', 'packages/*/*.md', 'examples/*/README.md'],
  ...['docs/.vitepress/*.ts', 'test/docs/**/*.ts'],
];
/** The rules and their test quote the phrases. */
const LEFT_OUT = /prose(?:\/rules|\.test)\.ts$/;

/** Each fault of a text, with what to write instead. */
const faultsOf = (file: string, text: string): string[] =>
  proseOf(file, text).flatMap(({ line, text: passage }) =>
    RULES.flatMap(({ pattern, instead }) =>
      [...passage.matchAll(pattern)].map(
        ({ 0: found, index }) =>
          `${file}:${line}: "${passage.slice(Math.max(0, index - 30), index + found.length + 30)}": not "${found}"; ${instead}`,
      ),
    ),
  );

it.each([
  ...docPages(...CHECKED).filter((page) => !LEFT_OUT.test(page)),
  ...docPages(...CODE).filter((page) => !LEFT_OUT.test(page)),
])('%s', (page) => {
  expect(faultsOf(page, pageText(page))).toEqual([]);
});

describe('the check', () => {
  it.each([
    'Who reads the database is answered.',
    'It is public. Whoever asks is answered.',
    'The cache is empty. Nobody is told.',
    'What is kept is sent.',
    '- What a client sends, it gets.',
    '| a | What happens here. |',
    'All but for one.',
    'A viewer, for whom it is kept, asks.',
    'The client sends what he has.',
    'A path that is no URL.',
  ])('refuses: %s', (text) => {
    expect(faultsOf('page.md', text)).not.toEqual([]);
  });

  it.each([
    '# What the cache guarantees',
    '| what | who |\n| --- | --- |\n| a row | the client |',
    '```sh\nWhat is this\n```',
    'The message says `Nobody is begun`.',
    'The test is called "nobody is let in".',
    'How much does it cost? One statement.',
    'A client that has a token reads its rows.',
  ])('accepts: %s', (text) => {
    expect(faultsOf('page.md', text)).toEqual([]);
  });

  it('reads comments, titles and errors of a source', () => {
    const source = [
      '/** Who asks. */',
      "it('is told to nobody', () => {});",
      "throw new TypeError('What is this?');",
      'const who = 1; // for whom',
    ].join('\n');
    const lines = faultsOf('a.ts', source).map((fault) => Number(/:(\d+):/.exec(fault)![1]));
    expect([...new Set(lines)]).toEqual([1, 2, 3, 4]);
  });

  it('reads the comments and descriptions of a configuration file', () => {
    const file = [
      '# The rows are read',
      '# anew.',
      'summary: Who asks.',
      '{ "description": "What it keeps." }',
      'name: Whoever',
    ].join('\n');
    const found = faultsOf('a.yml', file).map((fault) => fault.replace(/: ".*: not|;.*/g, ''));
    expect(found).toEqual(['a.yml:1 "read anew"', 'a.yml:1 "anew"', 'a.yml:3 "Who"', 'a.yml:4 "What"']);
  });

  it('reads the reason of a lint rule', () => {
    expect(faultsOf('a.cjs', "rule({ comment: 'Nobody imports it.' });")).not.toEqual([]);
  });

  it('knows the line of a fault', () => {
    expect(faultsOf('a.md', 'One.\n\nTwo.\n\n- Three. Nobody\n  knows.')[0]).toMatch(/^a\.md:5: /);
  });
});
