/**
 * Once: makes an effect happen one time, however often its job runs.
 *
 * An effect has a key. Its record commits together with the other writes of the transaction, so an effect in the
 * database happens exactly once. An effect outside, such as a mail, happens at least once. It happens again only if the
 * process dies, or the database is lost, after the effect and before the commit.
 *
 * - The lock makes a second run fail instead of acting at the same time. A second run starts if a worker was wrongly
 *   taken for dead. The lock ends with the transaction, also through a pooler.
 * - A separate statement reads the record, after the lock: it sees the commit of the run that held the lock before.
 * - The record is written last. Until then the transaction has no id and keeps no snapshot, so an effect that takes
 *   seconds delays neither vacuum nor the invalidation log.
 */
import type { Transaction } from './enqueue.ts';

/** @returns whether the effect happened now. @throws if it is happening elsewhere. */
export async function once(tx: Transaction, key: string, effect: () => Promise<unknown>): Promise<boolean> {
  const [lock] = await tx.$queryRawUnsafe<[{ held: boolean }]>(
    'SELECT pg_try_advisory_xact_lock(hashtextextended($1, 0)) AS held',
    key,
  );
  if (!lock.held) throw new Error(`${key} is happening in another worker.`);
  const [known] = await tx.$queryRawUnsafe<[{ happened: boolean }]>(
    'SELECT EXISTS (SELECT FROM "hotpath"."job_effects" WHERE schema = current_schema() AND key = $1) AS happened',
    key,
  );
  if (known.happened) return false;
  await effect();
  await tx.$executeRawUnsafe('INSERT INTO "hotpath"."job_effects" (key) VALUES ($1)', key);
  return true;
}
