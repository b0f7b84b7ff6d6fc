/** From turns to what is printed. */
import { median, perOperation, rate, ratio, spread, type Turns } from '../../support/race.ts';
import { shown, type Table } from '../../support/table.ts';
import { BARE, LOGGED } from './ground.ts';
import { WORKLOADS } from './workloads.ts';

type Races = ReadonlyMap<string, Turns>;

export function costTable(races: Races): Table {
  return {
    title: 'Writes a second, each a transaction of its own',
    columns: ['', 'without', 'with triggers', 'spread', 'lost', 'PostgreSQL us', 'with triggers'],
    rows: [...races].map(([name, turns]) => [
      name,
      ...[BARE, LOGGED].map((each) => shown(median(turns.get(each)!.map(rate)))),
      `±${shown(spreadOf(turns) * 100)}%`,
      percent(lost(turns)),
      ...[BARE, LOGGED].map((each) => shown(perOperation(turns.get(each)!, 'postgresCpu'))),
    ]),
  };
}

export function writeGoalsTable(races: Races): Table {
  const rows = WORKLOADS.map(({ name, goal }) => [name, `${percent(goal)} or less`, percent(lost(races.get(name)!))]);
  return { title: 'What the triggers may cost', columns: ['', 'goal', 'measured'], rows };
}

const spreadOf = (turns: Turns): number => Math.max(...[...turns.values()].map((each) => spread(each.map(rate))));

const lost = (turns: Turns): number => 1 - ratio(turns, LOGGED, BARE)!;

const percent = (part: number): string => `${shown(100 * part, 1)}%`;
