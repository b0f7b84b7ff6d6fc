/**
 * The indexes that may help a workload: for each use of a table the columns that are compared for equality, then those of
 * the order, or a range, with the condition of a partial index, and with the other columns that the statement reads.
 */
import { definitionOf, type IndexCandidate } from './index-candidate.ts';
import type { PartialConditions } from './partial-conditions.ts';
import type { OrderedColumn, TableUse } from './plan-uses.ts';
import type { TableFacts } from './table-facts.ts';

/** The most columns that an index includes beside its key, and their most bytes a row. */
const MOST_INCLUDED = 5;
const MOST_INCLUDED_BYTES = 64;
/** The largest share of a table's columns that an index includes: beyond it, the index is a second copy of the table. */
const MOST_OF_A_ROW = 0.5;

/** The candidates of a workload, each once; a variant once for each plain one. */
export interface Candidates {
  /** Indexes of keys alone. */
  readonly plain: readonly IndexCandidate[];
  /** The same with a condition or more columns, by the definition of the plain one; by '' for a key that has its index. */
  readonly variants: readonly { readonly of: string; readonly candidate: IndexCandidate }[];
}

/** @param conditions those of partial indexes. */
export function candidatesFor(uses: readonly TableUse[], facts: TableFacts, conditions: PartialConditions): Candidates {
  const frequency = frequencies(uses);
  const drafts = uses.flatMap(accesses).map((use) => new UseCandidates(use, facts, { frequency, conditions }));
  const plain = new Map(drafts.flatMap((draft) => draft.plain()).map((each) => [definitionOf(each), each]));
  const variants = drafts.flatMap((draft) => draft.variants());
  const unique = new Map(variants.map((each) => [`${each.of}\n${definitionOf(each.candidate)}`, each]));
  return { plain: [...plain.values()], variants: [...unique.values()] };
}

/** A joined table is read first, by its own conditions, or row by row with those of the join. */
const accesses = (use: TableUse): TableUse[] =>
  use.joined.length === 0 ? [use] : [use, { ...use, equal: [...use.equal, ...use.joined] }];

type Frequency = ReadonlyMap<string, number>;

const placeOf = ({ schema, table }: TableUse, column: string): string => JSON.stringify([schema, table, column]);

/** How many uses compare a column for equality. Statements share an index if its first columns are the most frequent. */
function frequencies(uses: readonly TableUse[]): Frequency {
  const counts = new Map<string, number>();
  for (const use of uses) {
    for (const column of [...use.equal, ...use.joined])
      counts.set(placeOf(use, column), (counts.get(placeOf(use, column)) ?? 0) + 1);
  }
  return counts;
}

const ascending = (column: string): OrderedColumn => ({ column, descending: false });

/** A column that the condition makes constant orders nothing; an index needs a column, though. */
function withoutColumns(candidate: IndexCandidate, constant: readonly string[]): IndexCandidate {
  const columns = candidate.columns.filter(({ column }) => !constant.includes(column));
  return columns.length === 0 ? candidate : { ...candidate, columns };
}

class UseCandidates {
  readonly #use: TableUse;
  readonly #facts: TableFacts;
  readonly #conditions: PartialConditions;
  readonly #equal: readonly string[];
  readonly #order: readonly OrderedColumn[];
  /** The columns of a unique index that finds the row already. */
  readonly #unique: readonly string[] | undefined;

  constructor(
    use: TableUse,
    facts: TableFacts,
    { frequency, conditions }: { readonly frequency: Frequency; readonly conditions: PartialConditions },
  ) {
    this.#use = use;
    this.#facts = facts;
    this.#conditions = conditions;
    const often = (column: string) => frequency.get(placeOf(use, column)) ?? 0;
    // A column with a constant comes last: an index without it at its beginning also serves foreign keys and other values.
    const fixed = (column: string) => Number(use.constants.some((one) => one.hasValue && one.column === column));
    this.#equal = use.equal
      .filter((column) => this.#isKey(column))
      .toSorted((one, other) => fixed(one) - fixed(other) || often(other) - often(one) || one.localeCompare(other));
    const order = use.order.filter(({ column }) => !this.#equal.includes(column));
    this.#order = order.every(({ column }) => this.#isKey(column)) ? order : [];
    const uniques = facts.sizeOf(use)?.uniques ?? [];
    this.#unique = uniques.find((columns) => columns.every((column) => use.equal.includes(column)));
  }

  plain(): IndexCandidate[] {
    if (!this.#facts.sizeOf(this.#use)) return [];
    return [...(this.#unique ? [] : this.#keys().map((columns) => this.#candidate(columns))), ...this.#patterns()];
  }

  variants(): Candidates['variants'] {
    if (!this.#facts.sizeOf(this.#use)) return [];
    if (this.#unique) return this.#more(this.#candidate(this.#unique.map(ascending)), '');
    return this.#keys().flatMap((columns) => {
      const candidate = this.#candidate(columns);
      return this.#more(candidate, definitionOf(candidate));
    });
  }

  #keys(): OrderedColumn[][] {
    const equal = this.#equal.map(ascending);
    const ranges = this.#use.ranges.filter((column) => this.#isKey(column));
    const withRange = ranges.map((column) => [...equal, ascending(column)]);
    const keys = [[...equal, ...this.#order], [...this.#order], ...withRange, equal];
    if (equal.length > 1) keys.push(...equal.map((each) => [each, ...this.#order]));
    return keys.filter((columns) => columns.length > 0);
  }

  #candidate(columns: readonly OrderedColumn[]): IndexCandidate {
    const { schema, table } = this.#use;
    return { schema, table, method: 'btree', columns, include: [] };
  }

  #more(candidate: IndexCandidate, of: string): { of: string; candidate: IndexCandidate }[] {
    const covering = this.#covering(candidate);
    const partial = this.#conditions.of(this.#use).flatMap(({ where, share, tested, constant }) => {
      return [candidate, ...covering].map((each) => ({ ...withoutColumns(each, constant), where, share, tested }));
    });
    return [...covering, ...partial].map((each) => ({ of, candidate: each }));
  }

  #covering(candidate: IndexCandidate): IndexCandidate[] {
    const keys = candidate.columns.map(({ column }) => column);
    const include = this.#use.columns.filter((column) => !keys.includes(column)).toSorted();
    if (include.length === 0 || include.length > MOST_INCLUDED) return [];
    if (include.length > MOST_OF_A_ROW * this.#facts.columnsOf(this.#use)) return [];
    if (this.#facts.widthOf(this.#use, include) > MOST_INCLUDED_BYTES) return [];
    return [{ ...candidate, include }];
  }

  #patterns(): IndexCandidate[] {
    if (!this.#facts.hasTrigrams) return [];
    const { schema, table, patterns } = this.#use;
    return patterns.map((column) => ({ schema, table, method: 'gin', columns: [ascending(column)], include: [] }));
  }

  #isKey(column: string): boolean {
    return this.#facts.isKey(this.#use, column);
  }
}
