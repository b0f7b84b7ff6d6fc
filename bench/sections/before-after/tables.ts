/** Before and after for people. */
import type { Pair, Side } from '../../support/document.ts';
import { shown, type Table } from '../../support/table.ts';

type Pairs = Readonly<Record<string, Pair>>;

const COLUMNS: readonly (readonly [string, keyof Side, number])[] = [
  ['mean ms', 'meanMs', 1],
  ['p95 ms', 'p95Ms', 1],
  ['req/s', 'throughput', 1],
  ['statements/req', 'statementsPerRequest', 2],
  ['hit rate', 'hitRate', 3],
  ['bytes', 'payloadBytes', 0],
  ['bytes sent', 'compressedBytes', 0],
  ['PostgreSQL ms/req', 'dbCpuMsPerRequest', 2],
  ['Node.js ms/req', 'serviceCpuMsPerRequest', 2],
  ['errors', 'errorRate', 3],
  ['users held', 'usersHeld', 0],
];

export function tablesOf(pairs: Pairs): Table[] {
  const columns = ['', ...COLUMNS.map(([title]) => title)];
  return Object.entries(pairs).map(([name, pair]) => ({
    title: `Before and after: ${name}`,
    columns,
    rows: Object.entries(pair).map(([side, figures]: [string, Side]) => [
      side,
      ...COLUMNS.map(([, key, digits]) => shown(figures[key], digits)),
    ]),
  }));
}
