/** The conditions of partial indexes: those in the text of a statement that few rows of the table meet. */
import { tableIn } from './index-candidate.ts';
import type { ConstantCondition, TableUse } from './plan-uses.ts';
import type { StatementPlanner } from './planner.ts';

/** A partial index with more rows is hardly smaller than one that serves all values. */
const MOST_SHARE = 0.5;

/** A condition that an index may have. */
export interface PartialCondition {
  readonly where: string;
  /** The part of the rows that meet it. */
  readonly share: number;
  readonly tested: readonly string[];
  /** Columns that have one value in all these rows. */
  readonly constant: readonly string[];
}

export class PartialConditions {
  readonly #known: ReadonlyMap<string, readonly PartialCondition[]>;

  private constructor(known: ReadonlyMap<string, readonly PartialCondition[]>) {
    this.#known = known;
  }

  /** The planner knows the part of the rows from the statistics of the table. */
  static async read(planner: StatementPlanner, uses: readonly TableUse[]): Promise<PartialConditions> {
    const known = new Map<string, readonly PartialCondition[]>();
    for (const use of uses) {
      const key = keyOf(use);
      if (known.has(key)) continue;
      const all = use.constants.length > 1 ? [use.constants] : [];
      const found: PartialCondition[] = [];
      for (const constants of [...use.constants.map((one) => [one]), ...all]) {
        const where = constants.map((one) => one.where).join(' AND ');
        const share = await planner.shareOf(tableIn(use), where);
        if (share <= MOST_SHARE)
          found.push({ where, share, tested: constants.map(({ column }) => column), constant: constantsOf(constants) });
      }
      known.set(key, found);
    }
    return new PartialConditions(known);
  }

  of(use: TableUse): readonly PartialCondition[] {
    return this.#known.get(keyOf(use)) ?? [];
  }
}

const keyOf = ({ schema, table, constants }: TableUse): string =>
  JSON.stringify([schema, table, constants.map(({ where }) => where)]);

/** An inequality leaves several values. */
const constantsOf = (constants: readonly ConstantCondition[]): string[] =>
  constants.filter(({ hasValue, where }) => hasValue && !where.includes(' <> ')).map(({ column }) => column);
