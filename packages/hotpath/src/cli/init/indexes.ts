/** The indexes of a model, as its schema declares them: the fields by which a condition or an order finds rows. */
import type { DMMF } from '@prisma/generator-helper';

export interface ModelIndex {
  readonly fields: readonly string[];
  /** Whether the index is ordered, so that it serves ranges and sorts too. */
  readonly isOrdered: boolean;
}

/** Keys and indexes of one model. Types that serve neither equality nor order (Gin, Gist, Brin) are left out. */
export function indexesOf({ indexes }: Pick<DMMF.Datamodel, 'indexes'>, model: string): ModelIndex[] {
  return indexes
    .filter((index) => index.model === model && index.type !== 'fulltext')
    .filter(({ algorithm }) => algorithm === undefined || ORDERED === algorithm || algorithm === 'Hash')
    .map(({ fields, algorithm }) => ({ fields: fields.map(({ name }) => name), isOrdered: algorithm !== 'Hash' }));
}

const ORDERED = 'BTree';

/** Whether an index begins with these fields, in any order. */
export const isIndexed = (indexes: readonly ModelIndex[], names: readonly string[]): boolean =>
  indexes.some(({ fields }) => names.every((name) => fields.slice(0, names.length).includes(name)));
