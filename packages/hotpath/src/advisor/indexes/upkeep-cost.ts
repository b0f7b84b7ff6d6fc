/**
 * The cost of an index to the writes of its table, in the planner's units, comparable with what the index saves.
 *
 * Where calls are counted, writes are counted too. Otherwise one call is assumed while one row in 100 is written, within
 * bounds: a saving of fewer units than a few pages cannot be felt, and one of some hundred pages is worth an index to any
 * table.
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
  const counted = UNITS_PER_ENTRY * (size.inserts + size.updates - size.hotUpdates) * (share ?? 0);
  if (share !== undefined) return Math.max(LEAST_UNITS, counted);
  return Math.min(MOST_UNITS, Math.max(LEAST_UNITS, UNITS_PER_ENTRY * size.rows * ASSUMED_WRITES));
}
