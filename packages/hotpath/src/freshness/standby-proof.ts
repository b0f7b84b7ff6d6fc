/**
 * The proof that an answer of a standby is fresh. The rule is that of every entry (`follower.ts`): each known change of its
 * tags is visible in the snapshot of the statement that read it. A standby must meet three more conditions:
 *
 * - It has replayed the name of the life that the follower follows. So it reads a later state of that life: it replays the
 *   writes of that primary, and ids of transactions mean the same on both.
 * - Its snapshot includes the catalog of the follower's epoch. Changes of the schema are not in the log.
 * - The epoch is still the one from before the read.
 *
 * The delay of the standby does not matter: its answer is proved, or the caller reads the primary. Positions in the
 * write-ahead log prove nothing, because primary and standby may make commits visible in different orders.
 */
import type { Follower } from './follower.ts';
import { isOfStandby, parseSnapshot } from './snapshot.ts';

/** The part of a standby's answer that the proof needs. */
export interface StandbyReading {
  /** The transactions that it certainly sees, as text. */
  readonly snapshot: string;
  /** The name of the life that the standby has replayed. */
  readonly incarnation: string;
  readonly tags: readonly string[];
}

/** `elsewhere`: a promoted server, or another life or epoch. `behind`: it may lack the catalog, or a known change of the tags. */
export type StandbyFault = 'elsewhere' | 'behind';

export type StandbyJudge = Pick<Follower, 'life' | 'epoch' | 'isFresh' | 'hasCatalog'>;

/** @param epoch of the follower before the read. @returns `undefined` for an answer that is proved. */
export function standbyFault(judge: StandbyJudge, reading: StandbyReading, epoch: string): StandbyFault | undefined {
  const { life } = judge;
  // A server that was promoted has the name of the life, too.
  if (isOfStandby(reading.snapshot)) return 'elsewhere';
  if (life === '' || reading.incarnation !== life || judge.epoch !== epoch) return 'elsewhere';
  const snapshot = parseSnapshot(reading.snapshot);
  return judge.hasCatalog(snapshot) && judge.isFresh(snapshot, reading.tags) ? undefined : 'behind';
}
