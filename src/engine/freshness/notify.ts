/**
 * NOTIFY as a wake-up, which a database may be switched to: who commits a change tells the followers that listen, so that
 * they know of it within a few milliseconds and not at their next poll. They go on polling, and nothing depends on a
 * message: one that is lost costs a poll's time.
 *
 * It is off unless it is switched on. PostgreSQL lets the transactions that notify commit one after the other, so that
 * many small writes take twice as long and more (`docs/decisions.md`). The message says nothing, so a transaction tells once
 * whatever it changed.
 */
import type pg from 'pg';

export const CHANNEL = 'invalidation';

const ON = `
CREATE OR REPLACE FUNCTION "invalidation_notify"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NOTIFY "${CHANNEL}";
  RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER "notify" AFTER INSERT ON "invalidation_log"
  FOR EACH STATEMENT EXECUTE FUNCTION "invalidation_notify"();
ALTER TABLE "invalidation_log" ENABLE ALWAYS TRIGGER "notify";`;

const OFF = 'DROP FUNCTION IF EXISTS "invalidation_notify"() CASCADE;';

/** Waits for writers that are under way, and lets the next ones wait meanwhile: not for longer than this. */
const PATIENCE = `SET LOCAL lock_timeout = '5s';`;

export async function switchNotify(client: pg.Client, isOn: boolean): Promise<void> {
  await client.query(`BEGIN; ${PATIENCE} ${isOn ? ON : OFF} COMMIT`);
}

export async function isNotifying(client: Pick<pg.Client, 'query'>): Promise<boolean> {
  const { rows } = await client.query<{ is: boolean }>(
    `SELECT EXISTS (SELECT FROM pg_trigger
       WHERE tgrelid = 'invalidation_log'::regclass AND tgname = 'notify' AND tgenabled = 'A') AS "is"`,
  );
  return rows[0]!.is;
}
