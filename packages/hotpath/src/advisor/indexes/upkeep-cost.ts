/**
 * The cost of an index to the writes of its table, in the planner's units, comparable with what the index saves.
 *
 * Where calls are counted, writes are counted too. Otherwise one call is assumed while one row in 100 is written, within
 * bounds: a saving of fewer units than a few pages cannot be felt, and one of some hundred pages is worth an index to any
 * table. A foreign key without an index needs one anyway, so the least saving chooses its other columns. A second index
 * of a unique key finds the same rows, so the upper bound does not hold for it. A write of a row that a partial index does
 * not have costs that index nothing.
 */
import type { IndexCandidate } from './index-candidate.ts';
import type { TableFacts } from './table-facts.ts';

/** One more entry in an index: the way down its tree, and a page that is dirty. */
const UNITS_PER_ENTRY = 3;
const ASSUMED_WRITES = 0.01;
const LEAST_UNITS = 25;
const MOST_UNITS = 200;

/** @param share the part of the counted writes that fell into the time in which calls were counted; undefined without calls. */
export function upkeepCost(facts: TableFacts, candidate: IndexCandidate, share: number | undefined): number {
  const size = facts.sizeOf(candidate);
  if (!size) return Number.POSITIVE_INFINITY;
  const entry = UNITS_PER_ENTRY * (candidate.share ?? 1);
  const counted = entry * (size.inserts + size.updates - size.hotUpdates) * (share ?? 0);
  if (share !== undefined) return Math.max(LEAST_UNITS, counted);
  const assumed = Math.max(LEAST_UNITS, entry * size.rows * ASSUMED_WRITES);
  const names = candidate.columns.map(({ column }) => column);
  if (size.uniques.some((key) => key.join() === names.join())) return assumed;
  if (size.unservedKeys.some((key) => isSame(key, names.slice(0, key.length)))) return LEAST_UNITS;
  return Math.min(MOST_UNITS, assumed);
}

const isSame = (one: readonly string[], other: readonly string[]): boolean =>
  one.length === other.length && one.every((column) => other.includes(column));
