/** The cost of a new index to writes, in words: measured on a clone, else an estimate. */
import type { ChosenIndex } from './choose-indexes.ts';
import { columnsOfCandidate, type IndexCandidate } from './index-candidate.ts';
import type { MeasuredWrites, WithoutAndWith } from './measured-writes.ts';
import type { TableFacts } from './table-facts.ts';

/** The columns of an index that no index of the database has: their updates are HOT updates until then. */
export const newColumnsOf = (facts: TableFacts, candidate: IndexCandidate): string[] =>
  columnsOfCandidate(candidate).filter((column) => !facts.isIndexed(candidate, column));

/** Sentences without the last full stop. */
export function writesText({ candidate, writes }: ChosenIndex, facts: TableFacts): string {
  const { inserts, updates, hotUpdates } = facts.sizeOf(candidate)!;
  const columns = newColumnsOf(facts, candidate);
  const share = updates === 0 ? '' : ` (${percent(hotUpdates / updates)} of ${updates} updates were HOT so far)`;
  const hot =
    columns.length === 0
      ? 'No update loses HOT: other indexes have all of its columns'
      : `An update of ${columns.join(' or ')} is not a HOT update any more${share}`;
  const most = writes ? measuredText(writes) : estimatedText(candidate, facts);
  return `${most} (${inserts} inserts so far). ${hot}`;
}

function estimatedText(candidate: IndexCandidate, facts: TableFacts): string {
  const { indexes } = facts.sizeOf(candidate)!;
  const { share = 1 } = candidate;
  const some = share === 1 ? 'each insert' : `about ${percent(share)} of the inserts`;
  return `Estimated, not measured: ${some} will maintain ${indexes + 1} indexes instead of ${indexes}`;
}

function measuredText({ rows, insertMicros, update }: MeasuredWrites): string {
  const changed = update
    ? `, an update of ${update.column} ${micros(update.micros)} (HOT: ${percent(update.hot.with)} instead of ${percent(update.hot.without)})`
    : '';
  return `Measured with ${rows} rows: an insert takes ${micros(insertMicros)}${changed}`;
}

/** The measurement is no more exact. */
const NOTICED = 1.02;

const micros = (figure: WithoutAndWith): string => {
  const without = `${figure.without.toFixed(1)} µs`;
  if (figure.with < figure.without * NOTICED) return `${without} with and without the index`;
  return `${figure.with.toFixed(1)} µs instead of ${without}`;
};

const percent = (share: number): string => (share > 0 && share < 0.01 ? 'less than 1%' : `${Math.round(100 * share)}%`);
