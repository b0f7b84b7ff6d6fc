/**
 * Computed values: values that a read may select beside fields, as plain data that compiles into the same statement.
 *
 * An aggregate is over a list of the model, with a filter; its type is that of Prisma's own aggregates: `count` a
 * number, `avg` a number (of a Decimal a string), `sum`, `min` and `max` as their field, and null over no rows, except
 * `count`. A comparison is of a field at the end of to-one relations, `['inventory.quantity', 'gt', 0]`: a
 * boolean, false where the field is null or a relation on the way is.
 *
 * They stand at any node of the arguments: `computed: { rating: value }` selects, `where: { computed: { value, gte: 4
 * } }` filters, `orderBy: { computed: { value, sort: 'desc' } }` orders.
 */
export type Computed<Relation extends string = string> =
  | {
      readonly aggregate: 'count' | 'avg' | 'sum' | 'min' | 'max';
      /** A list of the model. */
      readonly relation: Relation;
      /** A field of the related model; none for `count`. */
      readonly field?: string;
      /** Which of the related rows, in Prisma's `where`. */
      readonly where?: object;
    }
  | { readonly compare: readonly [path: string, operator: ComparisonOperator, value: unknown] };

export type ComparisonOperator = 'equals' | 'not' | 'lt' | 'lte' | 'gt' | 'gte';
