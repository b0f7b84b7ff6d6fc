/**
 * Once: what makes an effect happen one time, however often its job runs.
 *
 * An effect has a key. Its record commits with what else the transaction writes, so for what is in the database the effect
 * happens exactly once. For what is outside, such as a mail, it happens at least once, and the gap is as small as can be:
 * it happens again only if the process dies, or the database is lost, after the world has taken it and before the commit.
 *
 * - The lock makes a second run, of a job that was taken from a worker thought dead, fail instead of acting at the same
 *   time. It ends with the transaction, also through a pooler.
 * - The look at the record is a statement of its own, after the lock: it sees what was committed before that was free.
 * - The record is written last. Until then the transaction has no id and keeps no snapshot, so an effect that takes
 *   seconds holds up neither vacuum nor the invalidation log.
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
