/** Hot reads: a user's dashboard from the cache, beside a bare Fastify that sends the same bytes. */
import type { Bench, Report, Section } from '../../support/bench.ts';
import {
  median,
  perOperation,
  race,
  rate,
  ratesOf,
  ratio,
  spread,
  type Turns,
  wideRounds,
} from '../../support/race.ts';
import { shown, type Table } from '../../support/table.ts';
import { HOT_CLIENTS, startContenders } from './contenders.ts';

export const hot: Section = {
  summary: 'cached dashboards beside a bare Fastify that sends the same bytes',
  size: 'small',
  async run(bench) {
    const { racers, postgres, postmaster, bytes } = await startContenders(bench);
    const turns = await race(racers, optionsOf(bench, postmaster));
    return {
      facts: { postgres, 'bytes a dashboard': Math.round(bytes) },
      tables: [tableOf(turns)],
      warnings: wideRounds(turns),
      figures: { hot: ratesOf(turns, 'bare') },
      data: Object.fromEntries(turns),
    } satisfies Report;
  },
};

const optionsOf = ({ quick, log }: Bench, postmaster: number | undefined) => ({
  ...(quick ? { rounds: 1, seconds: 1, warmUpSeconds: 1 } : { rounds: 7, seconds: 3, warmUpSeconds: 3 }),
  postmaster,
  log,
});

function tableOf(turns: Turns): Table {
  const bareCpu = perOperation(turns.get('bare')!, 'nodeCpu');
  return {
    title: `Cached dashboards, ${HOT_CLIENTS} connections`,
    columns: ['', 'req/s', 'spread', 'of bare', 'p95 ms', 'Node.js us/req', "bare's CPU of it"],
    rows: [...turns].map(([name, each]) => {
      const rates = each.map(rate);
      const cpu = perOperation(each, 'nodeCpu');
      return [
        name,
        shown(median(rates)),
        `±${shown(spread(rates) * 100)}%`,
        `${shown(ratio(turns, name, 'bare'), 2)} x`,
        shown(median(each.map(({ p95 }) => p95!)), 1),
        shown(cpu, 1),
        shown(bareCpu && cpu && bareCpu / cpu, 2),
      ];
    }),
  };
}
