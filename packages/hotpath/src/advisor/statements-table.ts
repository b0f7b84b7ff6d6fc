/** The dearest statements as an aligned table. */
import { normalise } from '../budget/normalise.ts';
import type { DearStatement } from './dear-statements.ts';

const HEAD = ['time', 'calls', 'total ms', 'mean ms', 'of calls', 'rows', 'read', 'hit', 'statement'];
const LONGEST_TEXT = 100;

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
  normalise(one.text).slice(0, LONGEST_TEXT),
];

export function statementsTable(statements: readonly DearStatement[]): string {
  const rows = [HEAD, ...statements.map(cells)];
  const widths = HEAD.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const line = (row: readonly string[]) =>
    row.map((cell, column) => (column === HEAD.length - 1 ? cell : cell.padStart(widths[column]!))).join('  ');
  return rows.map(line).join('\n');
}
