/**
 * The names that the compiler invents: aliases of tables, common table expressions, helper columns.
 *
 * PostgreSQL looks a name up in several places and takes the first match, so an invented name must be unlike every name
 * that the user has there:
 * - An alias is given once a statement, and stays within the 63 bytes that PostgreSQL keeps of a name.
 * - A common table expression hides a table of its name, so it has the name of no table.
 * - A helper column has the name of no column beside it.
 * - A whole row is written `"row".*::record`. PostgreSQL takes a lone `"row"` for a column of that name, of any table
 *   around it, before it takes it for the row.
 */
import type { DataModel, Model } from '../../model/data-model.ts';
import { name } from './text.ts';

/** PostgreSQL's NAMEDATALEN, less the byte that ends a name. */
const LONGEST = 63;

/** The alias of the one row of a block. */
export const ROW = 'row';

export class StatementNames {
  readonly #tables: ReadonlySet<string>;
  readonly #given = new Set<string>([ROW]);
  /** How often each alias has been asked for. */
  readonly #asked = new Map<string, number>();

  constructor({ models }: DataModel) {
    const joinTables = Object.values(models).flatMap(({ fields }) =>
      Object.values(fields).map((field) => (field.kind === 'relation' ? field.through?.table : undefined)),
    );
    this.#tables = new Set([...Object.values(models).map(({ table }) => table), ...joinTables.filter(isGiven)]);
  }

  /** @param wanted of ASCII alone, as Prisma's names are. */
  alias(wanted: string): string {
    let count = this.#asked.get(wanted) ?? 0;
    let alias: string;
    do alias = numbered(wanted, ++count);
    while (this.#given.has(alias));
    this.#asked.set(wanted, count);
    this.#given.add(alias);
    return alias;
  }

  /** The name of a common table expression, in quotes. */
  expression(wanted: string): string {
    return name(unlike(wanted, this.#tables));
  }
}

/** The name of a helper column beside the columns of a model, in quotes. */
export function helperColumn(wanted: string, { fields }: Model): string {
  const columns = Object.values(fields).map((field) => (field.kind === 'scalar' ? field.column : undefined));
  return name(unlike(wanted, new Set(columns)));
}

/** Names the one row of a block. */
export const AS_ROW = `AS ${name(ROW)}`;
/** That row, whatever its columns are called. */
export const WHOLE_ROW = `${name(ROW)}.*::record`;

function numbered(wanted: string, count: number): string {
  if (count === 1 && wanted.length <= LONGEST) return wanted;
  const suffix = `_${count}`;
  return `${wanted.slice(0, LONGEST - suffix.length)}${suffix}`;
}

function unlike(wanted: string, taken: ReadonlySet<string | undefined>): string {
  let candidate = wanted;
  while (taken.has(candidate)) candidate += '_';
  return candidate;
}

const isGiven = (text: string | undefined): text is string => text !== undefined;
