/** The dearest statements as an aligned table. */
import { normalise } from '../budget/normalise.ts';
import type { DearStatement } from './dear-statements.ts';

const HEAD = ['time', 'calls', 'total ms', 'mean ms', 'of calls', 'rows', 'read', 'hit', 'route', 'statement'];
const LONGEST_TEXT = 100;

/** Columns of text, whose cells begin at one place. */
const TEXTS = 2;

const percent = (part: number): string => `${(part * 100).toFixed(1)}%`;

const cells = (one: DearStatement): string[] => [
  percent(one.timeShare),
  String(one.calls),
  one.totalMs.toFixed(0),
  one.meanMs.toFixed(2),
  percent(one.callShare),
  String(one.rows),
  String(one.blocksRead),
  String(one.blocksHit),
  routesText(one.routes ?? []),
  normalise(one.text).slice(0, LONGEST_TEXT),
];

export function statementsTable(statements: readonly DearStatement[]): string {
  const rows = [HEAD, ...statements.map(cells)];
  const widths = HEAD.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) => padded(cell, column, widths[column]!))
      .join('  ')
      .trimEnd();
  return rows.map(line).join('\n');
}

function padded(cell: string, column: number, width: number): string {
  return column < HEAD.length - TEXTS ? cell.padStart(width) : cell.padEnd(width);
}

const routesText = ([first = '-', ...more]: readonly string[]): string =>
  more.length === 0 ? first : `${first} and ${more.length} more`;
