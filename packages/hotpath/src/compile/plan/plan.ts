/**
 * A plan: one read, checked against the data model, as plain data without values.
 *
 * Invariants that the rest of the compiler stands on:
 * - A plan holds no value of a caller, only slots: the number of the parameter that will carry it. The values lie
 *   beside the plan, in the order of their slots. So a plan is the shape of its arguments, and its JSON is the key
 *   under which the statement made from it is kept.
 * - A plan is canonical. Outputs stand in the order of the schema, conditions in the order of the alphabet: whatever
 *   the order of the keys in the arguments, equal shapes give equal plans, and their values the same slots.
 * - A plan is valid: every name in it is in the data model, every value fits the type of its field. The code that turns it
 *   into SQL refuses nothing.
 * - Every slot is used in the SQL, or PostgreSQL could not tell its type.
 *
 * Some choices of a caller are part of the shape: directions, nulls, modes, `take` (see `page.ts`), and the
 * one value that an enum or a Boolean is compared with. There are few of these, each has a frequency of its own, and
 * partial indexes are made for them: PostgreSQL can use one in a plan that it keeps only if the text names the value.
 */

/** A parameter of the statement: `$1` is slot 1. */
export type Slot = number;

export type RootPlan =
  /** `version` and `keys` are fields whose values come beside the row. */
  | { readonly kind: 'one'; readonly read: ReadPlan; readonly version: string | null; readonly keys: readonly string[] }
  | { readonly kind: 'many'; readonly read: ReadPlan; readonly beside: Beside }
  | { readonly kind: 'count'; readonly model: string; readonly where: Predicate };

/** Values beside the rows of a list, each in a column of its own. */
export interface Beside {
  /** Fields whose values in the last row are wanted, if there are rows after it. */
  readonly next: readonly string[];
  /** Fields whose values in every row are wanted. */
  readonly keys: readonly string[];
  readonly total: { readonly where: Predicate; readonly estimated: boolean } | null;
}

export interface ReadPlan {
  readonly model: string;
  readonly outputs: readonly Output[];
  readonly where: Predicate;
  readonly order: readonly OrderKey[];
  readonly page: Page;
}

/** A string is a scalar field: most outputs are, and the plan's JSON is written for every read. */
export type Output =
  | string
  | { readonly kind: 'relation'; readonly field: string; readonly read: ReadPlan }
  | { readonly kind: 'counts'; readonly counts: readonly { readonly field: string; readonly where: Predicate }[] }
  | { readonly kind: 'computed'; readonly name: string; readonly value: ComputedPlan };

/** The key of an output in the JSON. */
export function keyOf(output: Output): string {
  if (typeof output === 'string') return output;
  if (output.kind === 'counts') return '_count';
  return output.kind === 'computed' ? output.name : output.field;
}

/** `and` of nothing is true, `or` of nothing is false. */
export type Predicate =
  | { readonly is: 'and' | 'or'; readonly of: readonly Predicate[] }
  | { readonly is: 'not'; readonly of: Predicate }
  | { readonly is: 'constant'; readonly field: string; readonly value: string | boolean; readonly negated: boolean }
  | { readonly is: 'null'; readonly field: string; readonly negated: boolean }
  | {
      readonly is: 'compare';
      readonly field: string;
      readonly operator: Operator;
      readonly value: Slot;
      readonly fold: boolean;
    }
  | {
      readonly is: 'among';
      readonly field: string;
      readonly values: Slot;
      readonly negated: boolean;
      readonly fold: boolean;
    }
  | {
      readonly is: 'like';
      readonly field: string;
      readonly value: Slot;
      readonly at: TextPlace;
      readonly negated: boolean;
      readonly fold: boolean;
    }
  | { readonly is: 'list'; readonly field: string; readonly operator: ListOperator; readonly value: Slot }
  | { readonly is: 'empty'; readonly field: string; readonly negated: boolean }
  | {
      readonly is: 'json';
      readonly field: string;
      readonly test: JsonTest;
      readonly path: Slot | null;
      readonly negated: boolean;
      /** Whether a value that is not of the type that the test is for passes, as it does under a negation in Prisma. */
      readonly loose: boolean;
    }
  | { readonly is: 'some' | 'none' | 'every'; readonly field: string; readonly where: Predicate }
  | { readonly is: 'one'; readonly field: string; readonly where: Predicate; readonly negated: boolean }
  | { readonly is: 'absent'; readonly field: string; readonly negated: boolean }
  | { readonly is: 'after'; readonly keys: readonly KeysetKey[] }
  | { readonly is: 'computed'; readonly value: ComputedPlan; readonly operator: Operator; readonly operand: Slot };

/** One field of an order, and its value in a row: rows behind that row are wanted. */
export interface KeysetKey {
  readonly field: string;
  readonly descending: boolean;
  /** Where nulls stand; null for a field that has none. */
  readonly nulls: 'first' | 'last' | null;
  /** Null for a null. */
  readonly value: Slot | null;
}

export type Operator = '=' | '<>' | '<' | '<=' | '>' | '>=';
export type ListOperator = '=' | '@>' | '&&';
/** Where in the column's text the value must stand. */
export type TextPlace = 'whole' | 'anywhere' | 'start' | 'end';

export type JsonTest =
  | { readonly test: 'equals' | 'contains' | 'first' | 'last'; readonly value: Slot }
  | { readonly test: 'compare'; readonly operator: Operator; readonly type: 'string' | 'number'; readonly value: Slot }
  | { readonly test: 'text'; readonly at: TextPlace; readonly value: Slot; readonly fold: boolean }
  | { readonly test: 'null'; readonly null: 'database' | 'json' | 'any' };

export interface OrderKey {
  /** To-one relations that lead to the key's row. */
  readonly through: readonly string[];
  readonly by:
    | { readonly kind: 'scalar'; readonly field: string }
    | { readonly kind: 'count'; readonly field: string }
    | { readonly kind: 'computed'; readonly value: ComputedPlan };
  readonly descending: boolean;
  readonly nulls: 'first' | 'last' | null;
}

/** A `take` is part of the shape: the planner has to know it (see `page.ts`). `reverse` takes from the end. */
export interface Page {
  readonly take: number | null;
  readonly skip: Slot | null;
  readonly reverse: boolean;
  /** Of rows that are equal in these fields the first is kept; of none, of all rows. Null to keep all rows. */
  readonly distinct: readonly string[] | null;
}

export type ComputedPlan =
  | {
      readonly kind: 'aggregate';
      readonly function: 'count' | 'avg' | 'sum' | 'min' | 'max';
      readonly relation: string;
      readonly field: string | null;
      readonly where: Predicate;
    }
  | {
      readonly kind: 'compare';
      readonly through: readonly string[];
      readonly field: string;
      readonly operator: Operator;
      readonly value: Slot;
    };

export const EVERYTHING: Predicate = { is: 'and', of: [] };

export function all(of: readonly Predicate[]): Predicate {
  return of.length === 1 ? of[0]! : { is: 'and', of };
}
