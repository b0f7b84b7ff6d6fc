/** docs/observability.md: tests find the spans of its trees, and its metrics, headers and log fields exist. */
import { expect, it } from 'vitest';
import { docPages, fencedBlocks, pageText } from './doc-pages.ts';

const blocks = fencedBlocks('docs/observability.md');
const linesOf = (language: string): string[] =>
  blocks.filter((block) => block.language === language).flatMap(({ code }) => code.trimEnd().split('\n'));
const textOf = (...globs: string[]): string =>
  docPages(...globs)
    .map(pageText)
    .join('\n');

const SPAN = /^(?:GET|SET|SELECT|INSERT|BEGIN|COMMIT|cache\.|send|process|team|inner)\b[^…]*$/;

it('shows spans that tests find', () => {
  const spans = linesOf('text').flatMap((line) =>
    line
      .trim()
      .split(/ {2,}/)
      .filter((cell) => SPAN.test(cell)),
  );
  expect(spans.length).toBeGreaterThan(30);
  const tests = textOf('test/{jaeger,system,telemetry}/**/*.ts');
  expect([...new Set(spans)].filter((span) => !tests.includes(span))).toEqual([]);
});

it('queries metrics that the service has', () => {
  const names = new Set(
    linesOf('promql')
      .join(' ')
      .match(/\bhotpath_\w+/g),
  );
  expect(names.size).toBeGreaterThan(0);
  const sources = textOf('packages/hotpath/src/**/*.ts', 'src/**/*.ts');
  expect([...names].filter((name) => !sources.includes(`'${name}'`))).toEqual([]);
});

it('shows headers of a reply, and fields of a log line, that the library writes', () => {
  const headers = linesOf('http').map((line) => line.split(':', 1)[0]!);
  const fields = linesOf('text')
    .filter((line) => /^\s*["{]/.test(line))
    .flatMap((line) => [...line.matchAll(/"(\w+)":/g)].map(([, name]) => name!));
  expect([headers.length, fields.length]).toEqual([3, 16]);
  const sources = textOf('packages/hotpath/src/**/*.ts', 'src/**/*.ts');
  const ofPino = ['level', 'time', 'reqId', 'msg'];
  expect([...headers, ...fields].filter((name) => !ofPino.includes(name) && !sources.includes(name))).toEqual([]);
});
