/** Reads: a user's dashboard, cold, by the service and by what else could answer it. */
import type { Bench, Report, Section } from '../support/bench.ts';
import { race } from '../support/race.ts';
import { type Ground, prepareGround } from './reads/ground.ts';
import { startInProcess } from './reads/in-process.ts';
import { startOverHttp } from './reads/over-http.ts';
import { goalsTable, httpTable, inProcessTable, warningsOf } from './reads/tables.ts';

export const reads: Section = {
  summary: 'cold dashboards beside Prisma, a query a child, and pgbench with the same SQL',
  async run(bench) {
    const ground = await prepareGround(bench);
    const { racers, statements, answers, pgbench } = await startInProcess(ground);
    bench.log('Without HTTP:');
    const inProcess = await race(racers, optionsOf(bench, ground));
    const servers = await startOverHttp(ground, answers);
    bench.log('Over HTTP:');
    const overHttp = await race(servers, optionsOf(bench, ground));
    const races = { 'without HTTP': inProcess, 'over HTTP': overHttp };
    return {
      facts: factsOf(ground, answers, pgbench),
      tables: [inProcessTable(inProcess, statements), httpTable(overHttp), goalsTable(inProcess)],
      warnings: warningsOf(races, pgbench),
      data: { inProcess: Object.fromEntries(inProcess), overHttp: Object.fromEntries(overHttp) },
    };
  },
};

const optionsOf = ({ quick, log }: Bench, { database }: Ground) => ({
  ...(quick ? { rounds: 3, seconds: 1, warmUpSeconds: 1 } : { rounds: 5, seconds: 3, warmUpSeconds: 2 }),
  postmaster: database.postmaster,
  log,
});

function factsOf({ database }: Ground, answers: ReadonlyMap<number, string>, pgbench = 'none'): Report['facts'] {
  const bytes = [...answers.values()].map((answer) => Buffer.byteLength(answer));
  return {
    postgres: database.version,
    pgbench,
    'bytes a dashboard': Math.round(bytes.reduce((sum, each) => sum + each, 0) / bytes.length),
  };
}
