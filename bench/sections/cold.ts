/** Cold: a user's dashboard from the database, by the service and by what else could answer it. */
import type { Bench, Report, Section } from '../support/bench.ts';
import type { Rates } from '../support/document.ts';
import { race, ratesOf, type Turns } from '../support/race.ts';
import { runBefore } from './cold/before.ts';
import { type Ground, prepareGround } from './cold/ground.ts';
import { startInProcess } from './cold/in-process.ts';
import { startOverHttp } from './cold/over-http.ts';
import { betterPrisma, goalsTable, httpTable, inProcessTable, warningsOf } from './cold/tables.ts';

export const cold: Section = {
  summary: 'dashboards from the database, beside Prisma, Drizzle, and pgbench with the same SQL',
  async run(bench) {
    const ground = await prepareGround(bench);
    const { racers, statements, answers, pgbench } = await startInProcess(ground);
    bench.log('Without HTTP:');
    const inProcess = await race(racers, optionsOf(bench, ground));
    const servers = await startOverHttp(ground, answers);
    bench.log('Over HTTP:');
    const raced = await race(servers, optionsOf(bench, ground));
    const overHttp = new Map([...raced, ...(await runBefore(bench, ground.users))]);
    const races = { 'without HTTP': inProcess, 'over HTTP': overHttp };
    return {
      facts: factsOf(ground, answers, pgbench),
      tables: [inProcessTable(inProcess, statements), httpTable(overHttp), goalsTable(inProcess)],
      warnings: warningsOf(races, pgbench),
      figures: { cold: figuresOf(inProcess, overHttp) },
      data: { inProcess: Object.fromEntries(inProcess), overHttp: Object.fromEntries(overHttp) },
    };
  },
};

/** pgbench and the compiled read without HTTP; the others over it. Of Prisma's two strategies the better. */
function figuresOf(inProcess: Turns, overHttp: Turns): Rates {
  const { pgbench, compiled } = ratesOf(inProcess, 'pgbench');
  const { hotpath, drizzle, before, ...prisma } = ratesOf(overHttp);
  return {
    ...(pgbench && { pgbench }),
    ...{ compiled: compiled!, hotpath: hotpath!, prismaInclude: prisma[betterPrisma(overHttp)]! },
    ...{ drizzle: drizzle!, before: before! },
  };
}

const optionsOf = ({ quick, log }: Bench, { database }: Ground) => ({
  ...(quick ? { rounds: 1, seconds: 1, warmUpSeconds: 1 } : { rounds: 5, seconds: 3, warmUpSeconds: 2 }),
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
