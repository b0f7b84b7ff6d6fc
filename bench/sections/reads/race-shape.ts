/** One shape of reads, raced: without HTTP, then over it. Of Prisma's two strategies the better one takes part. */
import type { Bench } from '../../support/bench.ts';
import type { Child } from '../../support/child.ts';
import { cpuOf } from '../../support/cpu.ts';
import type { Loaded } from '../../support/load.ts';
import { type RaceOptions, type Racer, race, rate, type Turn, type Turns } from '../../support/race.ts';
import type { ReadContender, ReadContenders } from './contenders.ts';
import { PEER_CONNECTIONS } from './peers/pool.ts';
import type { ShapeName } from './shapes.ts';

/** Clients of a server at once. */
export const READ_CLIENTS = 20;

export interface ShapeGround extends ReadContenders, Pick<Bench, 'quick' | 'log'> {
  readonly load: Child;
  readonly postmaster: number | undefined;
}

export interface ShapeTurns {
  readonly withoutHttp: Turns;
  readonly overHttp: Turns;
  /** The one that Prisma was raced with. */
  readonly strategy: string;
}

const QUICK = {
  pick: 0.2,
  inProcess: { rounds: 1, seconds: 0.2, warmUpSeconds: 0 },
  http: { rounds: 1, seconds: 0.5, warmUpSeconds: 0 },
};
/** V8 goes on compiling a contender's code for some thousands of requests, and services run for days: so each warms up for long. */
const WHOLE = {
  pick: 1.5,
  inProcess: { rounds: 3, seconds: 0.75, warmUpSeconds: 4 },
  http: { rounds: 5, seconds: 1.5, warmUpSeconds: 5 },
};

export async function raceShape(ground: ShapeGround, shape: ShapeName): Promise<ShapeTurns> {
  const { quick, postmaster, log } = ground;
  const { pick, inProcess, http } = quick ? QUICK : WHOLE;
  const { contenders, strategy } = await withBetterPrisma(ground, shape, pick);
  const options = (rounds: Pick<RaceOptions, 'rounds' | 'seconds' | 'warmUpSeconds'>) => ({
    ...rounds,
    postmaster,
    log,
  });
  const withoutHttp = await race(
    contenders.map((each) => laneRacer(ground, shape, each)),
    options(inProcess),
  );
  const overHttp = await race(
    contenders.map((each) => httpRacer(ground, shape, each)),
    options(http),
  );
  return { withoutHttp, overHttp, strategy };
}

async function withBetterPrisma(ground: ShapeGround, shape: ShapeName, seconds: number) {
  const ways = ground.contenders.filter(({ name }) => name.startsWith('prisma'));
  const others = ground.contenders.filter((each) => !ways.includes(each));
  let better = ways[0]!;
  let most = 0;
  for (const way of ways) {
    const reached = rate(await laneRacer(ground, shape, way).run(seconds));
    if (reached > most) [better, most] = [way, reached];
  }
  const strategy = better.name.slice('prisma'.length).toLowerCase();
  return { contenders: [...others, { ...better, name: 'prisma' }], strategy };
}

const laneRacer = ({ subjects }: ShapeGround, shape: ShapeName, { name, child }: ReadContender): Racer => ({
  name,
  run: (seconds) => child.ask<Turn>('measure', { shape, subjects: subjects[shape], seconds, lanes: PEER_CONNECTIONS }),
});

function httpRacer({ subjects, load }: ShapeGround, shape: ShapeName, contender: ReadContender): Racer {
  const { name, address, headers, child } = contender;
  const paths = subjects[shape].map((subject) => contender.path(shape, subject));
  return {
    name,
    async run(seconds) {
      const about = { url: address, connections: READ_CLIENTS, headers, paths };
      const before = cpuOf(child.pid);
      let turn = await load.ask<Loaded>('load', { ...about, seconds });
      // The first reply may take longer than a short turn.
      for (let again = seconds * 2; turn.operations === 0; again *= 2)
        turn = await load.ask<Loaded>('load', { ...about, seconds: again });
      const after = cpuOf(child.pid);
      return { ...turn, nodeCpu: before === undefined || after === undefined ? undefined : after - before };
    },
  };
}
