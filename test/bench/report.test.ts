/** What the repository shows of the bench: made of one document, and of nothing else. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { README, REPORT, RESULTS } from '../../bench/report/main.ts';
import { pageOf } from '../../bench/report/page.ts';
import { readmeWith } from '../../bench/report/readme.ts';
import { readDocument } from '../../bench/support/document.ts';

const REMEDY = 'run `npm run bench:report`';

describe('the document in bench/results.json', () => {
  const document = readDocument(RESULTS);

  it('holds every part', () => {
    const parts = ['beforeAfter', 'cold', 'hot', 'tracing', 'scale', 'writes', 'memory', 'startMs'];
    expect(Object.keys(document)).toEqual(expect.arrayContaining(parts));
  });

  it('is what the table of the README is made of', () => {
    const readme = readFileSync(README, 'utf8');
    expect(readmeWith(readme, document), REMEDY).toBe(readme);
  });

  it('is what the report is made of', () => {
    expect(pageOf(document) === readFileSync(REPORT, 'utf8'), REMEDY).toBe(true);
  });

  it('changes the table when it changes', () => {
    const { dashboard } = document.beforeAfter!;
    const other = { ...dashboard!, after: { ...dashboard!.after, meanMs: dashboard!.after.meanMs + 1000 } };
    const changed = { ...document, beforeAfter: { ...document.beforeAfter, dashboard: other } };
    const readme = readFileSync(README, 'utf8');
    expect(readmeWith(readme, changed)).not.toBe(readme);
  });
});
