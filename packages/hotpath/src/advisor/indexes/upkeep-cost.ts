/**
 * The cost of an index to the writes of its table, in the planner's units, comparable with what the index saves.
 *
 * Where calls are counted, writes are counted too. Otherwise one call is assumed while one row in 500 is written, within
 * bounds: a saving of fewer units than a few pages, less than a tenth of a millisecond, cannot be felt, and one of some
 * hundred pages is worth an index to any table. An index that includes columns of no key is larger, so it must save more. A
 * foreign key without an index needs one anyway, so the least saving chooses its other columns. A second index of a unique
 * key finds the same rows, so the upper bound does not hold for it. A write of a row that a partial index does not have
 * costs that index nothing.
 */
import type { IndexCandidate } from './index-candidate.ts';
import type { TableFacts } from './table-facts.ts';

/** One more entry in an index: the way down its tree, and a page that is dirty. */
const UNITS_PER_ENTRY = 3;
/** Where writes are not counted: the part of the rows that is written for each call, and the least saving that counts. */
const ASSUMED = { writes: 0.002, leastUnits: 10 };
const ASSUMED_OF_INCLUDED = { writes: 0.01, leastUnits: 25 };
const MOST_UNITS = 200;
/** The least saving that counts where calls are counted: of all of them together. */
const LEAST_COUNTED_UNITS = 25;

/** @param share the part of the counted writes that fell into the time in which calls were counted; undefined without calls. */
export function upkeepCost(facts: TableFacts, candidate: IndexCandidate, share: number | undefined): number {
  const size = facts.sizeOf(candidate);
  if (!size) return Number.POSITIVE_INFINITY;
  const isOfKey = (column: string) => size.uniques.some((key) => key.includes(column));
  const { writes, leastUnits } = candidate.include.every(isOfKey) ? ASSUMED : ASSUMED_OF_INCLUDED;
  const entry = UNITS_PER_ENTRY * (candidate.share ?? 1);
  const counted = entry * (size.inserts + size.updates - size.hotUpdates) * (share ?? 0);
  if (share !== undefined) return Math.max(LEAST_COUNTED_UNITS, counted);
  const assumed = Math.max(leastUnits, entry * size.rows * writes);
  const names = candidate.columns.map(({ column }) => column);
  if (size.uniques.some((key) => key.join() === names.join())) return assumed;
  if (size.unservedKeys.some((key) => isSame(key, names.slice(0, key.length)))) return leastUnits;
  return Math.min(MOST_UNITS, assumed);
}

const isSame = (one: readonly string[], other: readonly string[]): boolean =>
  one.length === other.length && one.every((column) => other.includes(column));
