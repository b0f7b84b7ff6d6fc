/** The goals of the service, beside the measured values. */
import { allCpuOf } from '../sections/replicas.ts';
import { LOGGED } from '../sections/writes/ground.ts';
import { WORKLOADS } from '../sections/writes/workloads.ts';
import type { Document, Pair, Rates, Side } from '../support/document.ts';
import { shown, type Table } from '../support/table.ts';
import { amountOf, type Goal, goal, percentOf, timesOf } from './goal.ts';
import { readGoals } from './read-goals.ts';
import { systemName } from './words.ts';

/** Of the five systems: what is to be reached in each. */
export const systemGoalsOf = ({ beforeAfter }: Document): Goal[] =>
  Object.entries(beforeAfter ?? {}).flatMap(([system, pair]) => pairGoals(system, pair));

/** How close to the limit, and how far it goes. */
export const limitGoalsOf = (document: Document): Goal[] => [
  ...coldGoals(document),
  ...readGoals(document),
  ...hotGoals(document),
  ...tracingGoals(document),
  ...inspectorGoals(document),
  ...indexGoals(document),
  ...mixedGoals(document),
  ...floodGoals(document),
  ...replicaGoals(document),
  ...scaleGoals(document),
  ...writesGoals(document),
  ...logGoals(document),
  ...changeGoals(document),
];

/** Of the sections that the document has. */
export function goalsTable(document: Document): Table {
  const rows = [...systemGoalsOf(document), ...limitGoalsOf(document)].map(({ of, what, goal, measured, met }) => [
    `${of}: ${what}`,
    goal,
    measured,
    met ? 'met' : 'NOT met',
  ]);
  const isQuick = Object.values(document.runs).some(({ quick }) => quick);
  const title = isQuick ? 'Goals; a quick run is too short, and its data are too few, to judge by' : 'Goals';
  return { title, columns: ['', 'goal', 'measured', ''], rows };
}

/** Of what it was, the part that is gone. */
const cut = ({ before, after }: Pair, key: keyof Side): number => 1 - after[key]! / before[key]!;

function pairGoals(system: string, pair: Pair): Goal[] {
  const { before, after } = pair;
  const of = systemName(system);
  const isDashboard = system === 'dashboard';
  const knowsCpu = before.dbCpuMsPerRequest !== undefined && after.dbCpuMsPerRequest !== undefined;
  return [
    goal([of, 'mean latency cut'], cut(pair, 'meanMs'), { least: isDashboard ? 0.975 : 0.95, show: percentOf }),
    goal([of, 'p95 cut'], cut(pair, 'p95Ms'), { least: isDashboard ? 0.97 : 0.95, show: percentOf }),
    ...(isDashboard ? dashboardGoals(of, pair) : []),
    goal([of, 'payload cut'], cut(pair, 'payloadBytes'), { least: 0.85, show: percentOf }),
    goal([of, 'hit rate'], after.hitRate, { least: 0.9, show: percentOf }),
    goal([of, 'throughput'], after.throughput / before.throughput, { least: 20, show: timesOf }),
    heldGoal(of, pair),
    ...(knowsCpu
      ? [goal([of, 'database CPU cut'], cut(pair, 'dbCpuMsPerRequest'), { least: 0.95, show: percentOf })]
      : []),
    goal([of, 'errors'], Math.max(before.errorRate, after.errorRate), { most: 0, show: percentOf }),
  ];
}

const dashboardGoals = (of: string, pair: Pair): Goal[] => [
  goal([of, 'statements before'], pair.before.statementsPerRequest, { least: 150, show: amountOf }),
  goal([of, 'statements'], pair.after.statementsPerRequest, { most: 0.2, show: amountOf }),
];

/** Where not even one user could be held before there is no ratio: then one stands for none. */
function heldGoal(of: string, { before, after }: Pair): Goal {
  const held = goal([of, 'users held'], after.usersHeld / Math.max(1, before.usersHeld), {
    least: 12.5,
    show: timesOf,
  });
  if (before.usersHeld > 0) return held;
  return { ...held, measured: `${shown(after.usersHeld)}, and none could be held before` };
}

/** How Hotpath stands beside the limit, and beside Prisma. */
function coldGoals({ cold }: Document): Goal[] {
  const { ofLimit, ofPrisma } = cold?.['hotpath'] ?? {};
  const of = 'From the database';
  return [
    ...(ofLimit === undefined ? [] : [goal([of, 'rate of pgbench'], ofLimit, { least: 0.65, show: timesOf })]),
    ...(ofPrisma === undefined ? [] : [goal([of, 'rate of Prisma'], ofPrisma, { least: 2.5, show: timesOf })]),
  ];
}

function hotGoals({ hot }: Document): Goal[] {
  const ofBare = hot?.['l1']?.ofLimit;
  return ofBare === undefined
    ? []
    : [goal(['From memory', 'rate of a bare Fastify'], ofBare, { least: 0.7, show: timesOf })];
}

function tracingGoals({ tracing }: Document): Goal[] {
  const [one, all] = [tracing?.['one']?.ofLimit, tracing?.['all']?.ofLimit];
  const of = 'Tracing';
  return [
    ...(one === undefined ? [] : [goal([of, 'rate with 1% traced'], one, { least: 0.98, show: timesOf })]),
    ...(all === undefined ? [] : [goal([of, 'rate with all traced'], all, { least: 0.8, show: timesOf })]),
  ];
}

function inspectorGoals({ inspector }: Document): Goal[] {
  const on = inspector?.['on']?.ofLimit;
  if (on === undefined) return [];
  return [goal(['Inspector', 'rate from memory while it is on'], on, { least: 0.97, show: timesOf })];
}

function indexGoals({ indexes }: Document): Goal[] {
  if (!indexes) return [];
  return [goal(['With advised indexes', 'statements slower by a tenth'], indexes.slower, { most: 0, show: amountOf })];
}

function mixedGoals({ mixed }: Document): Goal[] {
  if (!mixed) return [];
  const of = 'Mixed traffic';
  return [
    goal([of, 'hit rate'], mixed.hitRate, { least: 0.9, show: percentOf }),
    goal([of, 'statements a request'], mixed.statementsPerRequest, { most: 0.15, show: amountOf }),
  ];
}

function floodGoals({ flood }: Document): Goal[] {
  if (!flood) return [];
  const of = 'Under a flood';
  return [
    goal([of, 'hit rate'], flood.honestHitRate, { least: 0.95, show: percentOf }),
    goal([of, 'hit rate from memory'], flood.honestMemoryHitRate, { least: 0.95, show: percentOf }),
  ];
}

/** The reads that two standbys take from the primary, and the cost of the check. */
function replicaGoals({ replicas }: Document): Goal[] {
  if (!replicas) return [];
  const { none, one, two } = replicas;
  return [
    goal(['With two standbys', 'CPU of the primary a cold read, less by'], 1 - two.primaryCpuUs / none.primaryCpuUs, {
      least: 0.9,
      show: percentOf,
    }),
    goal(['With one standby', 'CPU of everything a cold read, more by'], allCpuOf(one) / allCpuOf(none) - 1, {
      most: 0.05,
      show: percentOf,
    }),
  ];
}

/** The cost of the triggers that log changes, for the writer. */
function writesGoals({ writes }: Document): Goal[] {
  return WORKLOADS.flatMap(({ name, goal: most }) => {
    const left = (writes?.[name] as Rates | undefined)?.[LOGGED]?.ofLimit;
    return left === undefined ? [] : [goal(['Triggers', `lost of ${name}`], 1 - left, { most, show: percentOf })];
  });
}

/** The same over minutes, in which the log is trimmed all the time. */
function logGoals({ log }: Document): Goal[] {
  return WORKLOADS.flatMap(({ name, goal: most }) => {
    const left = log?.[name]?.rates[LOGGED]?.ofLimit;
    return left === undefined
      ? []
      : [goal(['Log over minutes', `lost of ${name}`], 1 - left, { most, show: percentOf })];
  });
}

/** A PATCH over HTTP, beside its bare UPDATE. */
function changeGoals({ change }: Document): Goal[] {
  const part = change?.['oneTrip']?.ofLimit;
  return part === undefined ? [] : [goal(['A PATCH', 'times its bare UPDATE'], 1 / part, { most: 1.6, show: timesOf })];
}

const MOST_CONNECTIONS = '10000';

function scaleGoals({ scale }: Document): Goal[] {
  const statements = Object.values(scale?.rows ?? {}).map(({ hotpath }) => hotpath.statements);
  const held = scale?.connections?.[MOST_CONNECTIONS];
  const of = 'Scale';
  return [
    ...(statements.length > 0
      ? [goal([of, 'statements, 1 to 1,000 children'], Math.max(...statements), { most: 1, show: amountOf })]
      : []),
    ...(held ? [goal([of, 'errors, 10,000 connections'], held.errors, { most: 0, show: amountOf })] : []),
  ];
}
