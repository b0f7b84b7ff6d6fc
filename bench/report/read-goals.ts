/** The goals of reads from the database beside each peer, over the shapes of the section `reads`. */
import { totalCpuUs } from '../sections/reads/figures.ts';
import { SHAPES, type Shape } from '../sections/reads/shapes.ts';
import type { Document, ReadRate } from '../support/document.ts';
import { amountOf, type Goal, goal, timesOf } from './goal.ts';

/** Hotpath beside the peers in one shape; each number is Hotpath's as a part of theirs. */
export interface BesidePeers {
  /** Rate, of the fastest peer's. */
  readonly rate: number;
  readonly fastest: string;
  /** CPU time of Node.js and PostgreSQL, of the peer's that takes least; undefined where it is not known. */
  readonly cpu: number | undefined;
  /** CPU time of PostgreSQL, of what the SQL written by hand takes. */
  readonly postgres: number | undefined;
}

export function besidePeers({ hotpath, ...peers }: Readonly<Record<string, ReadRate>>): BesidePeers {
  const [fastest, { ofHotpath }] = Object.entries(peers).reduce((one, other) =>
    one[1].ofHotpath >= other[1].ofHotpath ? one : other,
  );
  const cpus = Object.values(peers).flatMap((peer) => totalCpuUs(peer) ?? []);
  const own = totalCpuUs(hotpath!);
  const byHand = peers['byHand']?.postgresCpuUs;
  return {
    rate: 1 / ofHotpath,
    fastest,
    cpu: own === undefined || cpus.length === 0 ? undefined : own / Math.min(...cpus),
    postgres: byHand && hotpath!.postgresCpuUs && hotpath!.postgresCpuUs / byHand,
  };
}

const of = 'Reads';
const SAVED = 0.8;

export function readGoals({ reads = {} }: Document): Goal[] {
  const shapes = Object.entries(SHAPES as Readonly<Record<string, Shape>>);
  const beside = shapes.flatMap(([name, { isVariant }]) => {
    const rates = reads[name];
    return rates && !isVariant ? [besidePeers(rates)] : [];
  });
  if (beside.length === 0) return [];
  const faster = beside.filter(({ rate }) => rate > 1).length;
  return [
    goal([of, `shapes faster than every peer, of ${beside.length}`], faster, { least: beside.length, show: amountOf }),
    ...cpuGoals(beside),
    ...rateGoals(reads),
  ];
}

function cpuGoals(beside: readonly BesidePeers[]): Goal[] {
  const cpus = beside.flatMap(({ cpu }) => cpu ?? []);
  const postgres = beside.flatMap((each) => each.postgres ?? []);
  if (cpus.length < beside.length || postgres.length < beside.length) return [];
  const saving = cpus.filter((cpu) => cpu <= SAVED).length;
  return [
    goal([of, `shapes with at most ${SAVED} of the best peer's CPU`], saving, { least: 6, show: amountOf }),
    goal([of, "CPU, of the best peer's, at the most"], Math.max(...cpus), { most: 1, show: timesOf }),
    goal([of, 'CPU of PostgreSQL, of SQL by hand, at the most'], Math.max(...postgres), { most: 1.1, show: timesOf }),
  ];
}

function rateGoals({ list, dashboard }: NonNullable<Document['reads']>): Goal[] {
  const times = (rates: Readonly<Record<string, ReadRate>>, peer: string) => 1 / rates[peer]!.ofHotpath;
  return [
    ...(list
      ? [goal([of, 'list of 50, rate of Drizzle'], times(list, 'drizzle'), { least: 1.25, show: timesOf })]
      : []),
    ...(dashboard
      ? [
          goal([of, 'dashboard, rate of Drizzle'], times(dashboard, 'drizzle'), { least: 1.6, show: timesOf }),
          goal([of, 'dashboard, rate of Prisma'], times(dashboard, 'prisma'), { least: 4, show: timesOf }),
        ]
      : []),
  ];
}
