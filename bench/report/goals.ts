/** What the service is meant to reach, beside what was measured. */
import type { Document, Pair } from '../support/document.ts';
import { shown, type Table } from '../support/table.ts';

export interface Goal {
  readonly what: string;
  readonly goal: string;
  readonly measured: string;
  readonly met: boolean;
}

const SYSTEM_NAMES: Readonly<Record<string, string>> = {
  dashboard: 'dashboard',
  project: 'project page',
  home: 'home',
  products: 'product list',
  readings: 'latest readings',
};

/** Those of the sections that the document has. */
export function goalsOf(document: Document): Goal[] {
  return [...beforeAfterGoals(document), ...coldGoals(document), ...hotGoals(document), ...scaleGoals(document)];
}

export function goalsTable(document: Document): Table {
  const rows = goalsOf(document).map(({ what, goal, measured, met }) => [
    what,
    goal,
    measured,
    met ? 'met' : 'NOT met',
  ]);
  return { title: 'Goals', columns: ['', 'goal', 'measured', ''], rows };
}

interface Bound {
  readonly least?: number;
  readonly most?: number;
}

function goal(what: string, value: number, bound: Bound & { readonly show: (value: number) => string }): Goal {
  const { least = Number.NEGATIVE_INFINITY, most = Number.POSITIVE_INFINITY, show } = bound;
  const text = bound.least === undefined ? `at most ${show(most)}` : `at least ${show(least)}`;
  return { what, goal: text, measured: show(value), met: value >= least && value <= most };
}

const percent = (value: number): string => `${shown(value * 100, 1)}%`;
const times = (value: number): string =>
  Number.isFinite(value) ? `${shown(value, value < 10 ? 2 : 0)} x` : 'none before';
const plain = (value: number): string => shown(value, 2);

/** Of what it was, the part that is gone. */
export const cut = ({ before, after }: Pair, key: keyof Pair['before']): number => 1 - after[key]! / before[key]!;

function beforeAfterGoals({ beforeAfter }: Document): Goal[] {
  return Object.entries(beforeAfter ?? {}).flatMap(([system, pair]) => {
    const name = SYSTEM_NAMES[system] ?? system;
    const { before, after } = pair;
    const isDashboard = system === 'dashboard';
    const held = after.usersHeld / before.usersHeld;
    return [
      goal(`${name}: mean latency cut`, cut(pair, 'meanMs'), { least: isDashboard ? 0.975 : 0.95, show: percent }),
      ...(isDashboard ? dashboardGoals(pair) : []),
      goal(`${name}: payload cut`, cut(pair, 'payloadBytes'), { least: 0.85, show: percent }),
      goal(`${name}: hit rate`, after.hitRate, { least: 0.9, show: percent }),
      goal(`${name}: throughput`, after.throughput / before.throughput, { least: 20, show: times }),
      goal(`${name}: users held`, held, { least: 12.5, show: times }),
      ...(after.dbCpuMsPerRequest === undefined
        ? []
        : [goal(`${name}: database CPU cut`, cut(pair, 'dbCpuMsPerRequest'), { least: 0.95, show: percent })]),
      goal(`${name}: errors`, Math.max(before.errorRate, after.errorRate), { most: 0, show: percent }),
    ];
  });
}

function dashboardGoals(pair: Pair): Goal[] {
  const { before, after } = pair;
  return [
    goal('dashboard: p95 cut', cut(pair, 'p95Ms'), { least: 0.97, show: percent }),
    goal('dashboard: statements a request before', before.statementsPerRequest, { least: 150, show: plain }),
    goal('dashboard: statements a request', after.statementsPerRequest, { most: 0.2, show: plain }),
  ];
}

function coldGoals({ cold }: Document): Goal[] {
  const { hotpath, pgbench, prismaInclude } = cold ?? {};
  return [
    ...(hotpath && pgbench
      ? [goal('cold: of pgbench', hotpath.rate / pgbench.rate, { least: 0.65, show: times })]
      : []),
    ...(hotpath && prismaInclude
      ? [goal("cold: of Prisma's include", hotpath.rate / prismaInclude.rate, { least: 2.5, show: times })]
      : []),
  ];
}

function hotGoals({ hot }: Document): Goal[] {
  const { l1 } = hot ?? {};
  return l1?.ofLimit === undefined ? [] : [goal('hot: of a bare Fastify', l1.ofLimit, { least: 0.7, show: times })];
}

const MOST_CONNECTIONS = '10000';

function scaleGoals({ scale }: Document): Goal[] {
  const counts = Object.values(scale?.rows ?? {}).map(({ hotpath }) => hotpath.statements);
  const held = scale?.connections?.[MOST_CONNECTIONS];
  return [
    ...(counts.length > 0
      ? [goal('scale: statements from 1 to 1,000 children', Math.max(...counts), { most: 1, show: plain })]
      : []),
    ...(held ? [goal('scale: errors on 10,000 connections', held.errors, { most: 0, show: shown })] : []),
  ];
}
