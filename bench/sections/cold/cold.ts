/** Cold: a user's dashboard from the database, by the service and by what else could answer it. */
import type { Bench, Report, Section } from '../../support/bench.ts';
import type { Rates } from '../../support/document.ts';
import { race, ratesOf, ratio, type Turns } from '../../support/race.ts';
import { runBefore } from './before.ts';
import { type ColdGround, prepareColdGround } from './ground.ts';
import { startInProcess } from './in-process.ts';
import { startOverHttp } from './over-http.ts';
import { betterPrisma, coldGoalsTable, httpTable, inProcessTable, warningsOf } from './tables.ts';

/** After so long V8 has compiled what is at work, at a thousand requests a second. */
const WARM_UP_SECONDS = 8;

export const cold: Section = {
  summary: 'dashboards from the database, beside Prisma, Drizzle, and pgbench with the same SQL',
  async run(bench) {
    const ground = await prepareColdGround(bench);
    const { racers, statements, answers, pgbench } = await startInProcess(ground);
    bench.log('Without HTTP:');
    const inProcess = await race(racers, optionsOf(bench, ground));
    // Takes turns with the servers, too: it is what they are compared with.
    const limit = racers.filter(({ name }) => name === 'pgbench');
    const servers = [...(await startOverHttp(ground, answers)), ...limit];
    bench.log('Over HTTP:');
    const raced = await race(servers, optionsOf(bench, ground));
    const overHttp = new Map([...raced, ...(await runBefore(bench, ground))]);
    const races = { 'without HTTP': inProcess, 'over HTTP': overHttp };
    return {
      facts: factsOf(ground, answers, pgbench),
      tables: [inProcessTable(inProcess, statements), httpTable(overHttp), coldGoalsTable(inProcess)],
      warnings: warningsOf(races, pgbench),
      figures: { cold: figuresOf(inProcess, overHttp) },
      data: { inProcess: Object.fromEntries(inProcess), overHttp: Object.fromEntries(overHttp) },
    };
  },
};

/** The compiled read without HTTP; the others over it, in turns with pgbench. Of Prisma's two strategies the better. */
function figuresOf(inProcess: Turns, overHttp: Turns): Rates {
  const { compiled } = ratesOf(inProcess, 'pgbench');
  const better = betterPrisma(overHttp);
  const { before, ...raced } = Object.fromEntries(overHttp);
  const { pgbench, hotpath, drizzle, ...prisma } = ratesOf(new Map(Object.entries(raced)), 'pgbench');
  return {
    ...(pgbench && { pgbench }),
    ...{ compiled: compiled!, hotpath: { ...hotpath!, ofPrisma: ratio(overHttp, 'hotpath', better) } },
    ...{ prismaInclude: prisma[better]!, drizzle: drizzle!, ...ratesOf(new Map([['before', before!]])) },
  };
}

const optionsOf = ({ quick, log }: Bench, { database }: ColdGround) => ({
  ...(quick ? { rounds: 1, seconds: 1, warmUpSeconds: 0 } : { rounds: 5, seconds: 3, warmUpSeconds: WARM_UP_SECONDS }),
  postmaster: database.postmaster,
  log,
});

function factsOf({ database }: ColdGround, answers: ReadonlyMap<number, string>, pgbench = 'none'): Report['facts'] {
  const bytes = [...answers.values()].map((answer) => Buffer.byteLength(answer));
  return {
    postgres: database.version,
    pgbench,
    'bytes a dashboard': Math.round(bytes.reduce((sum, each) => sum + each, 0) / bytes.length),
  };
}
