/**
 * Creates the triggers of many tables while other transactions write to these tables.
 *
 * To create a trigger takes a lock that conflicts with writes. A transaction may have written to one table and wait for
 * another, while the migration has locked the other and waits for the first. That is a deadlock, and PostgreSQL would
 * end one of them. So no attempt waits for a lock as long as PostgreSQL waits before it looks for deadlocks
 * (`deadlock_timeout`, one second). A failed attempt releases all locks, the writers continue, and the next attempt
 * begins with the table whose lock was missing.
 */
import { literal } from '../compile/sql/text.ts';

/** How long an attempt waits for a lock, in milliseconds. */
export const LOCK_PATIENCE_MS = 300;
export const LOCK_TRIES = 60;

/**
 * @param relations as `to_regclass` reads them. @returns a statement that locks them until the end of the transaction.
 */
export function lockTables(relations: readonly string[]): string {
  return `-- Writers go on in between, until all of the tables are free at once.
DO $$
DECLARE
  relations regclass[] := ARRAY[
    ${relations.map(literal).join(',\n    ')}
  ];
  relation regclass;
  former CONSTANT text := current_setting('lock_timeout');
BEGIN
  PERFORM set_config('lock_timeout', '${LOCK_PATIENCE_MS}ms', true);
  FOR tried IN 1..${LOCK_TRIES} LOOP
    BEGIN
      FOREACH relation IN ARRAY relations LOOP
        EXECUTE format('LOCK TABLE %s IN SHARE ROW EXCLUSIVE MODE', relation);
      END LOOP;
      PERFORM set_config('lock_timeout', former, true);
      RETURN;
    EXCEPTION WHEN lock_not_available OR deadlock_detected THEN
      relations := relation || array_remove(relations, relation);
    END;
    PERFORM pg_sleep(random() / 10);
  END LOOP;
  RAISE EXCEPTION 'The table % is locked all the time', relation
    USING ERRCODE = 'lock_not_available', HINT = 'Look for transactions that stay open, or stop the writers of the table.';
END $$;
`;
}
