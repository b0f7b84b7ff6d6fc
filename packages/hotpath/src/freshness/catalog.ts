/**
 * The catalog behind the watched tables: whether it has changed, and whether the changes of every table are logged.
 *
 * A change of the schema logs nothing, and may change answers: a renamed column, a replaced view, a table in the place of
 * another, triggers that were disabled for a while. Every such change writes rows of PostgreSQL's catalog. So the
 * follower takes a fingerprint of the rows that matter, within its bound, and a new fingerprint is a new epoch.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type pg from 'pg';
import { tableText } from '../compile/sql/scope.ts';
import { viewsOf, type Watched } from './watched.ts';

/** The relations that a service reads, as texts that `to_regclass` reads. */
export function relationNames(watched: Watched | undefined): readonly string[] {
  return watched ? [...watched.tables.values(), ...viewsOf(watched)].map(tableText) : [];
}

/** @returns a text that is another one after every change of the schema behind these names, or of their triggers. */
export async function readFingerprint(client: pg.Client, relations: readonly string[]): Promise<string> {
  const text = 'SELECT "hotpath"."catalog"($1) AS "fingerprint"';
  const { rows } = await client.query<{ fingerprint: string }>(text, [relations]);
  return rows[0]!.fingerprint;
}

/** A row of the catalog that is written has a later `xmin` than all existing rows. */
const COLUMNS = `
SELECT concat(count(*), '/', sum(xmin::text::bigint)) AS "columns"
FROM pg_catalog.pg_attribute
WHERE attrelid = ANY (ARRAY(SELECT to_regclass(relation) FROM unnest($1::text[]) AS relation))`;

/**
 * Transactions that have ended and still hold their lock. PostgreSQL shows a transaction as committed before it tells other
 * sessions of its changes of the catalog, and releases its locks after that. In between, such a transaction has no number
 * of its session any more.
 */
const ENDING = `
SELECT transactionid::text AS "id" FROM pg_catalog.pg_locks
WHERE locktype = 'transactionid' AND granted AND virtualtransaction LIKE '%/0'`;

const SPREAD_MS = 1;

/** The catalog behind what is watched, as one connection after another finds it. */
export class CatalogWatch {
  readonly #relations: readonly string[];
  #columns: string | undefined;

  constructor(watched: Watched | undefined) {
    this.#relations = relationNames(watched);
  }

  fingerprint(client: pg.Client): Promise<string> {
    return readFingerprint(client, this.#relations);
  }

  /**
   * Resolves once other sessions plan their statements by all changes of the catalog that were visible before this call. Without
   * it a read could be sent under the new fingerprint, and be planned without a partition that was attached.
   * @param isOver ends the wait.
   */
  async spread(client: pg.Client, isOver: () => boolean): Promise<void> {
    let ending = await endingTransactions(client);
    while (ending.length > 0 && !isOver()) {
      await pause(SPREAD_MS);
      const still = await endingTransactions(client);
      ending = ending.filter((id) => still.includes(id));
    }
  }

  /**
   * Whether a column has changed since the last call, its type or collation above all. The first call finds no change. A
   * prepared statement keeps the types that its parameters had: where a column ignores case from now on, it still compares
   * as before.
   */
  async haveColumnsChanged(client: pg.Client): Promise<boolean> {
    const { rows } = await client.query<{ columns: string }>(COLUMNS, [this.#relations]);
    const before = this.#columns;
    this.#columns = rows[0]!.columns;
    return before !== undefined && before !== this.#columns;
  }
}

async function endingTransactions(client: pg.Client): Promise<string[]> {
  const { rows } = await client.query<{ id: string }>(ENDING);
  return rows.map(({ id }) => id);
}
