/** Orders: what placing one takes while its mail is sent, by a mail server that answers at once and by one that hangs. */
import type { Bench, Report, Section } from '../../support/bench.ts';
import { startLoad } from '../../support/child.ts';
import { openBenchDatabase } from '../../support/database.ts';
import type { Mixed } from '../../support/load.ts';
import { median, spread, wideRounds } from '../../support/race.ts';
import { shown } from '../../support/table.ts';
import { type Contender, startContender } from './contender.ts';

/** How long the mail server thinks. */
const DELAYS = { fast: 0, hanging: 5000 };

export const ordersSection: Section = {
  summary: 'orders placed while the mail server answers at once, and while it hangs for 5 s',
  size: 'small',
  async run(bench) {
    const { url, version } = await openBenchDatabase(bench, bench.size);
    const load = startLoad(bench.stack);
    const contenders: Contender[] = [];
    for (const [name, delayMs] of Object.entries(DELAYS)) {
      contenders.push(await startContender(bench, { name, delayMs, neighbour: url, load }));
    }
    const turns = await takeTurns(contenders, bench);
    const [fast, hanging] = contenders.map(({ name }) => turns.get(name)!) as [Mixed[], Mixed[]];
    const ratio = median(hanging.map(({ meanMs }, round) => meanMs / fast[round]!.meanMs));
    const mailed = await Promise.all(contenders.map((contender) => contender.mailed()));
    return {
      facts: { postgres: version, 'latency, hanging to fast': shown(ratio, 2) },
      tables: [
        {
          title: 'POST /v1/orders, 4 connections',
          columns: ['mail server', 'orders/s', 'mean ms', 'p95 ms', 'spread', 'orders', 'mails so far'],
          rows: contenders.map(({ name }, index) => rowOf(name, turns.get(name)!, mailed[index]!)),
        },
      ],
      warnings: [
        ...wideRounds(turns),
        'Workers share the processors with the service: where mails are taken at once, sending them takes CPU time from it.',
      ],
      figures: { writes: { orders: { fast: figuresOf(fast), hanging: figuresOf(hanging), ratio } } },
      data: Object.fromEntries(turns),
    } satisfies Report;
  },
};

/** A round each, in turn; the first is thrown away. */
async function takeTurns(contenders: readonly Contender[], { quick, log }: Bench): Promise<Map<string, Mixed[]>> {
  const { rounds, seconds } = quick ? { rounds: 1, seconds: 1 } : { rounds: 7, seconds: 4 };
  const turns = new Map<string, Mixed[]>(contenders.map(({ name }) => [name, []]));
  for (const { order } of contenders) await order(seconds);
  for (let round = 1; round <= rounds; round += 1) {
    for (const { name, order } of round % 2 === 0 ? contenders : contenders.toReversed()) {
      const turn = await order(seconds);
      if (turn.failures > 0) throw new Error(`Orders failed: ${JSON.stringify(turn.reasons)}`);
      turns.get(name)!.push(turn);
    }
    log(
      `Round ${round} of ${rounds}: ${[...turns].map(([name, each]) => `${name} ${shown(each.at(-1)!.meanMs, 1)} ms`).join(', ')}`,
    );
  }
  return turns;
}

const figuresOf = (turns: readonly Mixed[]) => ({
  meanMs: median(turns.map(({ meanMs }) => meanMs)),
  p95Ms: median(turns.map(({ p95 }) => p95)),
  rate: median(turns.map(({ operations, seconds }) => operations / seconds)),
});

function rowOf(name: string, turns: readonly Mixed[], mailed: number): string[] {
  const { meanMs, p95Ms, rate } = figuresOf(turns);
  const orders = turns.reduce((sum, { operations }) => sum + operations, 0);
  const spreadOf = `${shown(100 * spread(turns.map((turn) => turn.meanMs)))}%`;
  return [name, shown(rate), shown(meanMs, 1), shown(p95Ms, 1), spreadOf, shown(orders), shown(mailed)];
}
