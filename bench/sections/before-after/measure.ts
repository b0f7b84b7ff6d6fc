/** One system under the same load in both services, in turns. */
import { setTimeout as pause } from 'node:timers/promises';
import type { Measured } from '../../support/before-service.ts';
import { cpuOf, cpuOfFamily } from '../../support/cpu.ts';
import type { Side } from '../../support/document.ts';
import type { Mix, Mixed } from '../../support/load.ts';
import { median } from '../../support/race.ts';
import { isReady, type Server } from '../../support/service.ts';
import { withStack } from '../../support/stack.ts';
import { agreedPayloads, type Payload } from './agreement.ts';
import type { BeforeAfterGround } from './ground.ts';
import { type System, type Traffic, trafficOf } from './systems.ts';
import { usersHeld } from './users-held.ts';

/** The clients that send requests at the same time while the bench takes latencies. */
export const usersOf = ({ quick }: Pick<BeforeAfterGround, 'quick'>) => (quick ? 2 : 8);
/** A service that takes longer than this part of a round for a request gets a number of requests instead. */
const SLOW = 0.1;
const LIMIT_MS = 1000;
/** Answers in a row, so far apart, after which a server is calm again. */
const CALM = 5;
const PAUSE_MS = 100;

/** The cost of a turn, beside the view of its client. */
export interface SystemTurn extends Mixed {
  readonly dbCpu: number | undefined;
  readonly serviceCpu: number | undefined;
}

export interface LoadOutcome {
  readonly side: Side;
  readonly turns: readonly SystemTurn[];
}

/** A system in both services. */
export interface Measurement {
  readonly before: LoadOutcome;
  readonly after: LoadOutcome;
}

export async function measureSystem(ground: BeforeAfterGround, system: System): Promise<Measurement> {
  const traffic = await trafficOf(system, ground.url);
  const { title } = system;
  const { payloads, turns } = await withStack(async (stack) =>
    race(ground, { before: await ground.startBefore(stack), title, traffic }),
  );
  const held = {
    before: await heldBy(ground, { traffic, rate: rateOf(turns.before), start: ground.startBefore }),
    after: await heldBy(ground, { traffic, rate: rateOf(turns.after) }),
  };
  ground.log(`${system.title}: ${held.before} and ${held.after} users held`);
  const outcome = (name: 'before' | 'after'): LoadOutcome => ({
    side: sideOf(turns[name], payloads[name], held[name]),
    turns: turns[name],
  });
  return { before: outcome('before'), after: outcome('after') };
}

interface Race {
  readonly before: Measured;
  readonly title: string;
  readonly traffic: Traffic;
}

async function race(ground: BeforeAfterGround, { before, title, traffic }: Race) {
  const payloads = await agreedPayloads(ground, before, traffic.reads);
  const turns = { before: [] as SystemTurn[], after: [] as SystemTurn[] };
  const pace = await paceOf(ground, before, traffic);
  const { rounds, seconds } = lengthsOf(ground);
  for (let round = 1; round <= rounds; round += 1) {
    await turn(ground, before, { traffic, ...pace.warmUp });
    turns.before.push(await turn(ground, before, { traffic, ...pace.measured }));
    await turn(ground, ground.after, { traffic, seconds });
    turns.after.push(await turn(ground, ground.after, { traffic, seconds }));
    const told = [turns.before, turns.after].map((each) => `${each.at(-1)!.meanMs.toFixed(1)} ms`).join(' and ');
    ground.log(`${title}, round ${round} of ${rounds}: ${told}`);
  }
  return { payloads, turns };
}

const lengthsOf = ({ quick }: BeforeAfterGround) => (quick ? { rounds: 1, seconds: 0.5 } : { rounds: 3, seconds: 5 });

interface Load {
  readonly traffic: Traffic;
  readonly users?: number;
  readonly seconds: number;
  readonly each?: number;
  readonly connectSeconds?: number;
}

/** Sees, by one request of each user, how long the turns of the slow service must be. */
async function paceOf(ground: BeforeAfterGround, server: Measured, traffic: Traffic) {
  const { seconds } = lengthsOf(ground);
  const { meanMs } = await send(ground, server, { traffic, seconds, each: 1 });
  const each = eachWithin(seconds, meanMs);
  const isSlow = meanMs / 1000 > seconds * SLOW;
  return {
    warmUp: { seconds, each },
    measured: { seconds, ...(isSlow && { each: Math.max(ground.quick ? 1 : 2, each) }) },
  };
}

/** Requests of each user, at least one. Counted, they leave nothing unfinished to what is measured next. */
const eachWithin = (seconds: number, meanMs: number) => Math.max(1, Math.round((seconds * 1000) / meanMs));

function send(ground: BeforeAfterGround, { address }: Measured, { traffic, users = usersOf(ground), ...rest }: Load) {
  const { load, headers } = ground;
  const mix: Mix = { url: address, headers, connections: users, requests: traffic.requests, ...rest };
  return load.ask<Mixed>('mix', mix);
}

async function turn(ground: BeforeAfterGround, server: Measured, load: Load): Promise<SystemTurn> {
  const before = await spentBy(ground, server);
  const mixed = await send(ground, server, load);
  const after = await spentBy(ground, server);
  const statements = after.statements === undefined ? mixed.statements : after.statements - before.statements!;
  const { dbCpu, serviceCpu } = { dbCpu: less(after.dbCpu, before.dbCpu), serviceCpu: less(after.cpu, before.cpu) };
  return { ...mixed, statements, dbCpu, serviceCpu };
}

const spentBy = async ({ postmaster }: BeforeAfterGround, { pid, statements }: Measured) => ({
  dbCpu: postmaster && cpuOfFamily(postmaster),
  cpu: cpuOf(pid),
  statements: await statements?.(),
});

const less = (after: number | undefined, before: number | undefined): number | undefined =>
  after === undefined || before === undefined ? undefined : after - before;

interface Crowd {
  readonly traffic: Traffic;
  /** Requests a second of the users that latencies are taken with. No more than so many can each have a reply within a second. */
  readonly rate: number;
  /** Starts a server for each try, which is warmed up; without it, it is Hotpath that is tried. */
  readonly start?: BeforeAfterGround['startBefore'];
}

const MOST_USERS = 16_384;

function heldBy(ground: BeforeAfterGround, { traffic, rate, start }: Crowd): Promise<number> {
  const seconds = ground.quick ? 1.2 : 3;
  const isHeldBy = async (server: Measured, users: number): Promise<boolean> => {
    const mixed = await send(ground, server, { traffic, users, seconds, connectSeconds: 0.5 + users / 1500 });
    return mixed.failures === 0 && mixed.unanswered === 0 && mixed.p95 < LIMIT_MS && !isLate(mixed, users);
  };
  const holds = async (users: number): Promise<boolean> => {
    if (!start) return isHeldBy(ground.after, users).finally(() => recovered(ground.after));
    return withStack(async (stack) => {
      const server = await start(stack);
      await send(ground, server, { traffic, seconds: 0, each: eachWithin(seconds, (usersOf(ground) * 1000) / rate) });
      return isHeldBy(server, users);
    });
  };
  const first = Math.min(Math.max(1, Math.round(rate / 2)), MOST_USERS / 2);
  if (ground.quick) return usersHeld(holds, { first, factor: 4, most: first, near: 0 });
  // A moment of other work on the machine must not decide.
  const holdsOnceOfTwice = async (users: number) => (await holds(users)) || holds(users);
  return usersHeld(holdsOnceOfTwice, { first, factor: 2, most: MOST_USERS, near: 0.2 });
}

/** Overwhelmed, the service turns requests away, and for a moment also those that come after. */
async function recovered({ address }: Server): Promise<void> {
  for (let answers = 0; answers < CALM; answers += 1) {
    if (!(await isReady(address))) answers = 0;
    await pause(PAUSE_MS);
  }
}

/** A client that still waits at the end is in no latency. In a closed loop the mean is users by throughput, with or without those. */
const isLate = ({ operations, seconds }: Mixed, users: number): boolean =>
  users / (operations / seconds) > LIMIT_MS / 1000;

const rateOf = (turns: readonly SystemTurn[]) => median(turns.map(({ operations, seconds }) => operations / seconds));

function sideOf(turns: readonly SystemTurn[], payload: Payload, users: number): Side {
  const of = (value: (turn: SystemTurn) => number) => median(turns.map(value));
  const cpu = (name: 'dbCpu' | 'serviceCpu') =>
    turns.some((turn) => turn[name] === undefined) ? undefined : of((turn) => turn[name]! / 1000 / turn.operations);
  return {
    meanMs: of(({ meanMs }) => meanMs),
    p95Ms: of(({ p95 }) => p95),
    throughput: rateOf(turns),
    statementsPerRequest: of(({ statements, operations }) => statements / operations),
    hitRate: of(({ hits, reads }) => hits / reads),
    ...payload,
    dbCpuMsPerRequest: cpu('dbCpu'),
    serviceCpuMsPerRequest: cpu('serviceCpu'),
    errorRate: of(({ failures, operations }) => failures / (failures + operations)),
    usersHeld: users,
  };
}
