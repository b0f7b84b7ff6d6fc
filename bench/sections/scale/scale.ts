/** Scale: what more rows, connections, processes and data do to the service. */
import type { Section } from '../../support/bench.ts';
import type { Scale } from '../../support/document.ts';
import { shown, type Table } from '../../support/table.ts';
import { NOBODY_TURNED_AWAY, scaleConnections } from './connections.ts';
import { scaleData } from './data.ts';
import { scaleRows } from './rows.ts';
import { startTarget } from './target.ts';
import { scaleWorkers } from './workers.ts';

export const scale: Section = {
  summary: '1 to 1,000 children, 1 to 10,000 connections, 1 and 2 processes, two sizes of data',
  async run(bench) {
    const rows = await scaleRows(bench);
    const data = await scaleData(bench);
    const workers = await scaleWorkers(bench);
    const { connections, warnings } = await scaleConnections(
      bench,
      await startTarget(bench, { environment: NOBODY_TURNED_AWAY }),
    );
    const figures: Scale = { rows, connections, workers, data };
    return { facts: {}, tables: tablesOf(figures), warnings, figures: { scale: figures }, data: {} };
  },
};

function tablesOf({ rows, connections, workers, data }: Scale): Table[] {
  return [
    {
      title: 'One read of so many children',
      columns: ['children', 'ms', 'statements', 'ms, a query a child', 'statements, a query a child'],
      rows: Object.entries(rows).map(([children, { hotpath, before }]) => [
        shown(Number(children)),
        ...[shown(hotpath.ms, 2), shown(hotpath.statements)],
        ...[shown(before.ms, 2), shown(before.statements)],
      ]),
    },
    {
      title: 'Cached dashboards, by connections',
      columns: ['connections', 'req/s', 'p95 ms', 'errors', 'resident MB'],
      rows: Object.entries(connections).map(([count, { rate, p95Ms, errors, rssBytes }]) => [
        shown(Number(count)),
        ...[shown(rate), shown(p95Ms, 1), shown(errors), shown(rssBytes && rssBytes / 2 ** 20)],
      ]),
    },
    {
      title: 'Dashboards, by processes',
      columns: ['processes', 'req/s from memory', 'req/s from the database'],
      rows: Object.entries(workers).map(([count, { hot, cold }]) => [count, shown(hot), shown(cold)]),
    },
    {
      title: 'A dashboard from the database, by the size of the data',
      columns: ['', 'transactions', 'ms'],
      rows: Object.entries(data).map(([size, { ms, rows }]) => [size, shown(rows), shown(ms, 2)]),
    },
  ];
}
