/** Decisions are numbered without a gap, dated, have a status, and stand in the index. */
import { basename } from 'node:path';
import { expect, it } from 'vitest';
import { docPages, pageText } from './doc-pages.ts';

const decisions = docPages('docs/decisions/[0-9]*.md');
const index = pageText('docs/decisions/README.md');
const FORM = /^# (?<number>\d{4})\. (?<title>.+)\n\nDate: (?<date>\d{4}-\d\d-\d\d) · Status: (?<status>.+)\n\n\S/;

it('numbers each once, from 0001 on', () => {
  const numbers = decisions.map((file) => basename(file).slice(0, 4));
  expect(numbers).toEqual(numbers.map((_, place) => String(place + 1).padStart(4, '0')));
  expect(numbers.length).toBeGreaterThan(80);
});

it.each(decisions)('%s has its number, date and status, and a line in the index', (file) => {
  const { number, title, date, status } = FORM.exec(pageText(file))?.groups ?? {};
  expect(number).toBe(basename(file).slice(0, 4));
  expect(status).toMatch(/^(accepted|superseded by \d{4}|accepted, supersedes \d{4})$/);
  expect(index).toContain(`| ${number} | [${title}](${basename(file)}) | ${date} | ${status} |`);
});

it('has each decision that the code names', () => {
  const numbers = new Set(decisions.map((file) => basename(file).slice(0, 4)));
  const sources = docPages('{src,packages/hotpath/src}/**/*.ts').map((file) => [file, pageText(file)] as const);
  const named = sources.flatMap(([file, text]) =>
    [...text.matchAll(/decision (\d{4})/g)].map(([, number]) => [file, number!]),
  );
  expect(named.length).toBeGreaterThan(3);
  expect(named.filter(([, number]) => !numbers.has(number!))).toEqual([]);
});
