/**
 * Trimming: the logs take turns as fast as they can, with a window of nothing, so that rows are gone before instances have
 * read them. An instance must notice, and forget what it read before.
 */
import { setTimeout as rest } from 'node:timers/promises';
import type pg from 'pg';
import { type Fault, withClient } from './fault.ts';

const TRIM_MS = 4000;
/** A writer whose transaction stays open keeps the log that it has written to. */
const MOST_MS = 30_000;
/** From one call to the next: less than the 20 ms from one reading of the log to the next. */
const EACH_MS = 3;
const TRIM = `SELECT hotpath.trim_log(interval '0', 1000)`;

export const trimFault: Fault = (stage) =>
  withClient(stage, async (client) => {
    const before = await filesOf(client);
    const beganAt = performance.now();
    const isOver = async (ms: number) => ms > MOST_MS || (ms > TRIM_MS && !isAsBefore(before, await filesOf(client)));
    while (!(await isOver(performance.now() - beganAt))) {
      await client.query(TRIM);
      await rest(EACH_MS);
    }
    if (isAsBefore(before, await filesOf(client)))
      stage.tally.failures.push('The log was not emptied once while it was trimmed.');
  });

type Files = Readonly<Record<string, string>>;

/** A table that was emptied has another file. */
async function filesOf(client: pg.ClientBase): Promise<Files> {
  const { rows } = await client.query<Files>(
    `SELECT pg_relation_filepath('hotpath.log_a') AS a, pg_relation_filepath('hotpath.log_b') AS b`,
  );
  return rows[0]!;
}

const isAsBefore = (before: Files, after: Files): boolean => before['a'] === after['a'] && before['b'] === after['b'];
