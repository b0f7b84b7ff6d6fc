/**
 * The catalog behind the watched tables: whether it has changed, and whether the changes of every table are logged.
 *
 * A change of the schema logs nothing, and may change answers: a renamed column, a replaced view, a table in the place of
 * another, triggers that were disabled for a while. Every such change writes rows of PostgreSQL's catalog. So the
 * follower takes a fingerprint of the rows that matter, within its bound, and a new fingerprint is a new epoch.
 */
import type pg from 'pg';
import { tableText } from '../compile/sql/scope.ts';
import { nameText } from '../compile/sql/text.ts';
import { functionName } from './coverage.ts';
import { viewsOf, type Watched } from './watched.ts';

/** The relations that a service reads, and the functions that log their changes, as texts that `to_regclass` and `to_regprocedure` read. */
export interface CatalogNames {
  readonly relations: readonly string[];
  readonly functions: readonly string[];
}

export function catalogNames(watched: Watched | undefined): CatalogNames {
  if (!watched) return { relations: [], functions: [] };
  const tables = [...watched.tables.values()];
  return {
    relations: [...tables, ...viewsOf(watched)].map(tableText),
    functions: tables.map(({ source }) => `${nameText(functionName(source))}()`),
  };
}

/** @returns a text that is another one after every change of the schema behind these names. */
export async function readFingerprint(client: pg.Client, { relations, functions }: CatalogNames): Promise<string> {
  const { rows } = await client.query<{ fingerprint: string }>('SELECT invalidation_catalog($1, $2) AS "fingerprint"', [
    relations,
    functions,
  ]);
  return rows[0]!.fingerprint;
}

/** Each row of the catalog that is written has a later `xmin` than any that was there. */
const COLUMNS = `
SELECT concat(count(*), '/', sum(xmin::text::bigint)) AS "columns"
FROM pg_catalog.pg_attribute
WHERE attrelid = ANY (ARRAY(SELECT to_regclass(relation) FROM unnest($1::text[]) AS relation))`;

/** The catalog behind what is watched, as one connection after another finds it. */
export class CatalogWatch {
  readonly #names: CatalogNames;
  #columns: string | undefined;

  constructor(watched: Watched | undefined) {
    this.#names = catalogNames(watched);
  }

  fingerprint(client: pg.Client): Promise<string> {
    return readFingerprint(client, this.#names);
  }

  /**
   * Whether a column has changed since the last call, its type or collation above all. The first call finds no change. A
   * prepared statement keeps the types that its parameters had: where a column ignores case from now on, it still compares
   * as before.
   */
  async haveColumnsChanged(client: pg.Client): Promise<boolean> {
    const { rows } = await client.query<{ columns: string }>(COLUMNS, [this.#names.relations]);
    const before = this.#columns;
    this.#columns = rows[0]!.columns;
    return before !== undefined && before !== this.#columns;
  }
}
