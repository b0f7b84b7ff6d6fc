/**
 * The name of the primary's life, which standbys replay: the follower writes it at the begin of each life, and knows it
 * from then on. Without it, nothing that a standby answers is proved.
 */
import type pg from 'pg';
import { sqlstateOf } from '../session/error-codes.ts';

/** After a database refused to write the name, as one without the function does. */
const RETRY_MS = 5000;

export class LifeName {
  readonly #isWanted: boolean;
  #name = '';
  #refusedAt = Number.NEGATIVE_INFINITY;

  /** @param isWanted false in a service without standbys: nothing is written then. */
  constructor(isWanted: boolean) {
    this.#isWanted = isWanted;
  }

  /** Empty unless the name of this life has been written. */
  of(row: string, incarnation: string): string {
    return this.#name === nameOf(row, incarnation) ? this.#name : '';
  }

  /** Writes the name of a life, unless it is known. @throws the error of a connection that is broken. */
  async write(client: pg.Client, row: string, incarnation: string): Promise<void> {
    if (!this.#isWanted || row === '' || this.#name === nameOf(row, incarnation)) return;
    if (performance.now() - this.#refusedAt < RETRY_MS) return;
    try {
      const { rows } = await client.query<{ name: string | null }>('SELECT "hotpath"."name_life"() AS "name"');
      this.#name = rows[0]!.name ?? '';
    } catch (error) {
      if (sqlstateOf(error).length !== SQLSTATE_LENGTH) throw error;
      this.#refusedAt = performance.now();
    }
  }
}

const SQLSTATE_LENGTH = 5;

const nameOf = (row: string, incarnation: string): string => `${row} ${incarnation}`;
