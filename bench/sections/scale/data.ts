/** A dashboard from the database, with little data and with much. */
import type { Bench, BenchSize } from '../../support/bench.ts';
import { withClient } from '../../support/client.ts';
import { openBenchDatabase } from '../../support/database.ts';
import type { Scale } from '../../support/document.ts';
import { startTarget } from './target.ts';

export async function scaleData(bench: Bench): Promise<Scale['data']> {
  const sizes: readonly BenchSize[] = bench.size === 'large' ? ['small', 'large'] : ['tiny', 'small'];
  const data: Record<string, { ms: number; rows: number }> = {};
  for (const size of sizes) {
    const { url } = await openBenchDatabase(bench, size);
    const { rows } = await withClient(url, (client) => client.query('select count(*)::int as rows from transactions'));
    const { send } = await startTarget(bench, { size, environment: { CACHE_ROLLOUT_PERCENT: '0' } });
    const ask = { connections: 1, seconds: bench.quick ? 0.5 : 4 };
    await send(ask);
    const { meanMs } = await send(ask);
    data[size] = { ms: meanMs, rows: rows[0].rows };
    bench.log(`${rows[0].rows} transactions: ${meanMs.toFixed(2)} ms`);
  }
  return data;
}
