/**
 * NOTIFY as a wake-up, which a database may be switched to: who commits a change tells the followers that listen, so that
 * they know of it within a few milliseconds and not at their next poll. They go on polling, and nothing depends on a
 * message: one that is lost costs a poll's time.
 *
 * It is off unless it is switched on. PostgreSQL lets the transactions that notify commit one after the other, so that
 * many small writes take twice as long and more (decision 0034); and it prepares none that has notified (PREPARE
 * TRANSACTION). The message says nothing, so a transaction tells once whatever it changed, and one that changed nothing does not.
 */
import type pg from 'pg';
import { LOCK_NOT_AVAILABLE, sqlstateOf } from '../session/error-codes.ts';

export const CHANNEL = 'invalidation';

/** The logs that take turns, and the one that the triggers of version 1 write to. */
const LOGS = ['log', 'log_a', 'log_b'] as const;

const alterAll = (action: string): string =>
  LOGS.map((log) => `ALTER TABLE IF EXISTS ONLY "hotpath"."${log}" ${action} TRIGGER "notify";`).join(' ');

const ON = alterAll('ENABLE ALWAYS');

/** The triggers stay, because to drop them would also lock readers out. */
const OFF = alterAll('DISABLE');

/** Both wait for the transactions that have written to the log, and later writers wait for them, so each try is short. */
const PATIENCE = `SET LOCAL lock_timeout = '500ms';`;
const TRIES = 10;

/** Makes the database announce changes by NOTIFY, or not. @throws if transactions that write are open all the time. */
export async function switchNotify(client: pg.Client, isOn: boolean): Promise<void> {
  if (isOn === (await isNotifying(client))) return;
  for (let tried = 1; ; tried += 1) {
    try {
      return void (await client.query(`BEGIN; ${PATIENCE} ${isOn ? ON : OFF} COMMIT`));
    } catch (error) {
      await client.query('ROLLBACK');
      if (tried === TRIES || sqlstateOf(error) !== LOCK_NOT_AVAILABLE) throw error;
    }
  }
}

/** Whether the database announces changes by NOTIFY. */
export async function isNotifying(client: Pick<pg.Client, 'query'>): Promise<boolean> {
  const { rows } = await client.query<{ is: boolean }>(
    `SELECT coalesce(bool_and(tgenabled = 'A'), false) AS "is" FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid
     WHERE relnamespace = '"hotpath"'::regnamespace AND relname = ANY ($1) AND tgname = 'notify'`,
    [LOGS],
  );
  return rows[0]!.is;
}
