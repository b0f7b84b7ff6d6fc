/**
 * Reads rows through a cursor: one batch at a time, all of one snapshot. Only one batch is in memory. The next is fetched
 * after this one has been written.
 */
import type pg from 'pg';
import type { ReportSource } from './sources.ts';

export interface Batch {
  readonly rows: readonly (readonly (string | null)[])[];
  /** The number of rows so far, these included. */
  readonly written: number;
  readonly total: number;
}

const BATCH_ROWS = 2000;

/** @param signal stops the stream between two batches. */
export async function* streamRows(pool: pg.Pool, source: ReportSource, signal: AbortSignal): AsyncGenerator<Batch> {
  const client = await pool.connect();
  let whole = false;
  try {
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    const total = await countOf(client, source);
    await client.query(`DECLARE report NO SCROLL CURSOR FOR ${source.rows}`, [...source.values]);
    let written = 0;
    for (;;) {
      signal.throwIfAborted();
      const { rows } = await client.query<string[]>({ text: `FETCH ${BATCH_ROWS} FROM report`, rowMode: 'array' });
      if (rows.length === 0) break;
      written += rows.length;
      yield { rows, written, total };
    }
    await client.query('COMMIT');
    whole = true;
  } finally {
    // A connection with an open transaction must not go back to the pool.
    client.release(!whole);
  }
}

async function countOf(client: pg.PoolClient, { count, values }: ReportSource): Promise<number> {
  const { rows } = await client.query<{ count: number }>(count, [...values]);
  return rows[0]!.count;
}
