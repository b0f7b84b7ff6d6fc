/**
 * The layout of a statement's rows: which column holds what, and how the JSON is made of them. Plain data, made together
 * with the text of the statement.
 */
import type { Enum, ScalarField } from '../../model/data-model.ts';

/** The rows of one read. */
export interface RowsLayout {
  /** Whether the answer is one row, or a list of them. */
  readonly kind: 'one' | 'many';
  readonly columns: number;
  readonly row: RowLayout;
  /** The columns of the leading row. The first of these identifies it: it is null in every other row. */
  readonly lead: readonly LeadColumn[];
  /** How many rows are shown; one more was read to tell whether there are any. */
  readonly shown: number | null;
  /** Of each field of the page's order, where its value lies in a row. */
  readonly next: readonly ScalarLayout[];
  readonly keys: readonly FieldLayout[];
  /** An integer. */
  readonly version: ScalarLayout | null;
}

export type LeadColumn = 'snapshot' | 'incarnation' | 'total';

/** One object. */
export interface RowLayout {
  readonly outputs: readonly { readonly key: string; readonly value: OutputLayout }[];
}

export type OutputLayout = FieldLayout | OneLayout | ManyLayout;

/** A value in a column of its own. */
export type FieldLayout = ScalarLayout | JsonLayout;

/** A value of Prisma's type, in PostgreSQL's binary format. */
export interface ScalarLayout {
  readonly kind: 'scalar';
  readonly column: number;
  readonly type: ScalarField['type'];
  readonly list: boolean;
  /** Whether the list is the one field of a record. */
  readonly isWrapped?: boolean;
  /** Whether it is `citext`, a type that has no identifier of its own. */
  readonly isFolded: boolean;
  /** Of an enum. */
  readonly values?: Enum['values'];
}

/** JSON that PostgreSQL has written. */
export interface JsonLayout {
  readonly kind: 'json';
  readonly column: number;
}

/** An object whose values lie in columns of the same row. */
export interface OneLayout {
  readonly kind: 'one';
  /** A column that is null where there is no such row; null for one that is always there. */
  readonly present: number | null;
  readonly row: RowLayout;
}

/** A list of objects: a record of arrays, one for each column of the objects' rows, counted from 0. All are null for none. */
export interface ManyLayout {
  readonly kind: 'many';
  readonly column: number;
  /** How many arrays. */
  readonly columns: number;
  readonly row: RowLayout;
}
