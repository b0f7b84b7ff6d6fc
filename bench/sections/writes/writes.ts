/** Writes: how many rows a second are written with the triggers that log changes, and without. */
import type { Bench, Report, Section } from '../../support/bench.ts';
import { pgbenchVersion } from '../../support/pgbench.ts';
import { race, ratesOf, type Turns, wideRounds } from '../../support/race.ts';
import { BARE, prepareWriteGround, startPgbench } from './ground.ts';
import { costTable, writeGoalsTable } from './tables.ts';
import { WORKLOADS } from './workloads.ts';

export const writes: Section = {
  summary: 'rows written a second with the triggers that log changes, and without',
  size: 'small',
  async run(bench) {
    const pgbench = await pgbenchVersion(bench.stack);
    if (!pgbench) throw new Error('Writes are sent by pgbench, which is not on PATH: apt install postgresql-contrib.');
    const ground = await prepareWriteGround(bench);
    const races = new Map<string, Turns>();
    for (const workload of WORKLOADS) {
      bench.log(`${workload.name}:`);
      const racers = await startPgbench(ground, workload);
      races.set(
        workload.name,
        await race(racers, { ...roundsOf(bench), postmaster: ground.postmaster, log: bench.log }),
      );
    }
    return {
      facts: { postgres: ground.version, pgbench, fsync: ground.fsync },
      tables: [costTable(races), writeGoalsTable(races)],
      warnings: wideRounds(
        [...races].flatMap(([name, turns]) => [...turns].map(([side, each]) => [`${name}, ${side}`, each] as const)),
      ),
      figures: { writes: Object.fromEntries([...races].map(([name, turns]) => [name, ratesOf(turns, BARE)])) },
      data: Object.fromEntries([...races].map(([name, turns]) => [name, Object.fromEntries(turns)])),
    } satisfies Report;
  },
};

const roundsOf = ({ quick }: Bench) =>
  quick ? { rounds: 1, seconds: 1, warmUpSeconds: 0 } : { rounds: 7, seconds: 4, warmUpSeconds: 3 };
