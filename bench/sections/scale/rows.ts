/** Reads of 1 to 1,000 children. */
import { join } from 'node:path';
import type { Bench } from '../../support/bench.ts';
import { startChild } from '../../support/child.ts';
import { openBenchDatabase } from '../../support/database.ts';
import type { RowsScale, Scale } from '../../support/document.ts';
import { productionEnvironment } from '../../support/environment.ts';

const CHILDREN = [1, 10, 100, 1000];

export async function scaleRows(bench: Bench): Promise<Scale['rows']> {
  const { url } = await openBenchDatabase(bench, bench.size);
  const file = join(import.meta.dirname, 'rows-child.ts');
  const child = startChild(bench.stack, { file, environment: productionEnvironment(url) });
  const rows: Record<string, { hotpath: RowsScale; before: RowsScale }> = {};
  for (const children of CHILDREN) {
    const read = (way: string, times: number) => child.ask<RowsScale>('read', { way, children, times });
    const [most, few] = bench.quick ? [20, 1] : [200, 9];
    rows[children] = { hotpath: await read('hotpath', most), before: await read('before', few) };
    bench.log(`${children} children: ${rows[children].hotpath.ms.toFixed(2)} ms`);
  }
  return rows;
}
