/** From turns to what is printed. */
import { median, perOperation, rate, ratio, spread, type Turn, type Turns, wideRounds } from '../../support/race.ts';
import { shown, type Table } from '../../support/table.ts';
import { CONNECTIONS } from './ground.ts';
import { COLD_CLIENTS } from './over-http.ts';

export function inProcessTable(turns: Turns, statements: ReadonlyMap<string, readonly number[]>): Table {
  const prisma = betterPrisma(turns);
  return {
    title: `Dashboards without HTTP, ${CONNECTIONS} at once`,
    columns: ['', 'op/s', 'spread', 'of pgbench', 'of Prisma', 'Node.js us/op', 'PostgreSQL us/op', 'statements/op'],
    rows: [...turns].map(([name, each]) => [
      name,
      ...rateCells(each),
      times(ratio(turns, name, 'pgbench')),
      times(ratio(turns, name, prisma)),
      shown(perOperation(each, 'nodeCpu')),
      shown(perOperation(each, 'postgresCpu')),
      range(statements.get(name)!),
    ]),
  };
}

export function httpTable(turns: Turns): Table {
  const prisma = betterPrisma(turns);
  return {
    title: `Dashboards over HTTP, ${COLD_CLIENTS} connections`,
    columns: ['', 'req/s', 'spread', 'of pgbench', 'of Prisma', 'p95 ms', 'Node.js us/req', 'PostgreSQL us/req'],
    rows: [...turns].map(([name, each]) => [
      name,
      ...rateCells(each),
      times(ratio(turns, name, 'pgbench')),
      times(ratio(turns, name, prisma)),
      shown(each[0]!.p95 && median(each.map(({ p95 }) => p95!)), 1),
      shown(perOperation(each, 'nodeCpu')),
      shown(perOperation(each, 'postgresCpu')),
    ]),
  };
}

/** The goal of the compiled reads. */
export function coldGoalsTable(turns: Turns): Table {
  const prisma = betterPrisma(turns);
  const [ours, theirs] = ['compiled', prisma].map((name) => perOperation(turns.get(name)!, 'nodeCpu')!);
  const rows = [
    ["op/s of Prisma's better strategy", '3.00 x or more', times(ratio(turns, 'compiled', prisma))],
    ['op/s of pgbench with the same SQL', '0.80 x or more', times(ratio(turns, 'compiled', 'pgbench'))],
    ["Node.js CPU an operation of Prisma's better strategy", '0.10 x or less', times(ours! / theirs!)],
  ];
  return { title: 'Goals of compiled reads', columns: ['', 'goal', 'measured'], rows };
}

export function warningsOf(races: Readonly<Record<string, Turns>>, pgbench: string | undefined): string[] {
  const rounds = Object.entries(races).flatMap(([where, turns]) =>
    [...turns].map(([name, each]) => [`${name} (${where})`, each] as const),
  );
  return [...(pgbench ? [] : ['There is no pgbench on PATH: the limit is not measured.']), ...wideRounds(rounds)];
}

/** Prisma has two ways to load relations; beside which the service stands is the one that did better. */
export function betterPrisma(turns: Turns): string {
  return ratio(turns, 'prismaQuery', 'prismaJoin')! > 1 ? 'prismaQuery' : 'prismaJoin';
}

function rateCells(turns: readonly Turn[]): string[] {
  const rates = turns.map(rate);
  return [shown(median(rates)), `±${shown(spread(rates) * 100)}%`];
}

const times = (value: number | undefined): string => (value === undefined ? '-' : `${shown(value, 2)} x`);

function range(numbers: readonly number[]): string {
  const [least, most] = [Math.min(...numbers), Math.max(...numbers)];
  return least === most ? String(least) : `${least} to ${most}`;
}
