/** The log over minutes: what it costs writes while it is followed and trimmed all the time. */
import type { Bench, Report, Section } from '../../support/bench.ts';
import type { LogCost } from '../../support/document.ts';
import { pgbenchVersion } from '../../support/pgbench.ts';
import { race, ratesOf, type Turns, wideRounds } from '../../support/race.ts';
import { shown, type Table } from '../../support/table.ts';
import { BARE, LOGGED, prepareWriteGround, startPgbench, type WriteGround } from '../writes/ground.ts';
import { costTable, writeGoalsTable } from '../writes/tables.ts';
import { WORKLOADS, type Workload } from '../writes/workloads.ts';
import { watchLog } from './log-watch.ts';

/** Short beside a turn, so that nearly all that a turn has logged is trimmed within it. */
const TRIMMING = { windowMs: 3000, upkeepMs: 500 };

interface Watched {
  readonly turns: Turns;
  readonly cost: LogCost;
}

export const log: Section = {
  summary: 'rows written a second over minutes, while the log is followed and trimmed all the time',
  size: 'small',
  async run(bench) {
    const pgbench = await pgbenchVersion(bench.stack);
    if (!pgbench) throw new Error('Writes are sent by pgbench, which is not on PATH: apt install postgresql-contrib.');
    const ground = await prepareWriteGround(bench, TRIMMING);
    const watched = new Map<string, Watched>();
    for (const workload of WORKLOADS) watched.set(workload.name, await raceWatched(bench, ground, workload));
    return reportOf(watched, { postgres: ground.version, pgbench, fsync: ground.fsync });
  },
};

async function raceWatched(bench: Bench, ground: WriteGround, workload: Workload): Promise<Watched> {
  bench.log(`${workload.name}:`);
  const racers = await startPgbench(ground, workload);
  const rounds = bench.quick
    ? { rounds: 1, seconds: 2, warmUpSeconds: 0 }
    : { rounds: 2, seconds: 30, warmUpSeconds: 3 };
  let turns: Turns = new Map();
  const seen = await watchLog(ground.urls[LOGGED]!, async () => {
    turns = await race(racers, { ...rounds, postmaster: ground.postmaster, log: bench.log });
  });
  return { turns, cost: { rates: ratesOf(turns, BARE), ...seen } };
}

function reportOf(watched: ReadonlyMap<string, Watched>, facts: Report['facts']): Report {
  const races = new Map([...watched].map(([name, { turns }]) => [name, turns]));
  return {
    facts,
    tables: [costTable(races), logTable(watched), writeGoalsTable(races)],
    warnings: wideRounds(
      [...races].flatMap(([name, turns]) => [...turns].map(([side, each]) => [`${name}, ${side}`, each] as const)),
    ),
    figures: { log: Object.fromEntries([...watched].map(([name, { cost }]) => [name, cost])) },
    data: Object.fromEntries([...races].map(([name, turns]) => [name, Object.fromEntries(turns)])),
  };
}

const logTable = (watched: ReadonlyMap<string, Watched>): Table => ({
  title: `The log, with a window of ${TRIMMING.windowMs / 1000} s`,
  columns: ['', 'emptied, times', 'most MB'],
  rows: [...watched].map(([name, { cost }]) => [name, shown(cost.emptied), shown(cost.mostBytes / 2 ** 20)]),
});
