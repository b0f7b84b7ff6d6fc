/** The repository shows the bench's results from one document, and from nothing else. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { README, REPORT, RESULTS } from '../../bench/report/main.ts';
import { pageOf } from '../../bench/report/page.ts';
import { readmeWith } from '../../bench/report/readme.ts';
import { readDocument } from '../../bench/support/document.ts';

const REMEDY = 'run `npm run bench:report`';

describe('the document in bench/results.json', () => {
  const document = readDocument(RESULTS);

  it('has every part', () => {
    const parts = ['beforeAfter', 'cold', 'hot', 'tracing', 'scale', 'writes', 'memory', 'startMs'];
    expect(Object.keys(document)).toEqual(expect.arrayContaining(parts));
  });

  it('matches the table of the README', () => {
    const readme = readFileSync(README, 'utf8');
    expect(readmeWith(readme, document), REMEDY).toBe(readme);
  });

  it('matches the report', () => {
    expect(pageOf(document) === readFileSync(REPORT, 'utf8'), REMEDY).toBe(true);
  });

  it('becomes tables that fit: their cells wrap, or become a list that names each cell', () => {
    const tables = [...pageOf(document).matchAll(/<div class="wide (\w+)"><table>(.*?)<\/table>/gs)];
    const ofReads = document.reads ? ['wrapped'] : [];
    expect(tables.map(([, kind]) => kind)).toEqual(['list', ...ofReads, 'wrapped', 'wrapped']);
    const [head = '', ...rows] = tables[0]![2]!.split('</tr>').filter((row) => row.includes('<tr>'));
    const titles = [...head.matchAll(/<th>([^<]+)/g)].map(([, title]) => title);
    for (const row of rows)
      expect([...row.matchAll(/data-label="([^"]+)"/g)].map(([, label]) => label)).toEqual(titles);
    const columns = tables.slice(1).map(([, , table]) => table!.split('</tr>')[0]!.match(/<th>/g)!.length);
    expect(Math.max(...columns)).toBeLessThanOrEqual(6);
  });

  it('changes the table when it changes', () => {
    const { dashboard } = document.beforeAfter!;
    const other = { ...dashboard!, after: { ...dashboard!.after, meanMs: dashboard!.after.meanMs + 1000 } };
    const changed = { ...document, beforeAfter: { ...document.beforeAfter, dashboard: other } };
    const readme = readFileSync(README, 'utf8');
    expect(readmeWith(readme, changed)).not.toBe(readme);
  });
});
