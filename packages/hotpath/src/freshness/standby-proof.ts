/**
 * The proof that an answer of a standby is fresh. The rule is that of every entry (`follower.ts`): each known change of its
 * tags is visible in the snapshot of the statement that read it. A standby must meet three more conditions:
 *
 * - It has replayed the name of the life that the follower follows. So it reads a later state of that life: it replays the
 *   writes of that primary, and ids of transactions mean the same on both.
 * - Its snapshot includes the catalog of the follower's epoch. Changes of the schema are not in the log.
 * - The epoch is still the one from before the read.
 *
 * The delay of the standby does not matter: its answer is proved, or the caller reads the primary.
 *
 * A statement's own snapshot shows too little while an older transaction is open on the primary. So a probe, before the
 * statement is sent, asks up to which place the standby has replayed the write-ahead log. A standby that has replayed
 * everything before a place shows the follower's position of that place (`position-history.ts`), and so does each later
 * statement on it. A place alone stamps nothing: primary and standby may make later commits visible in different orders.
 */
import { lifeOn } from '../compile/sql/read-at.ts';
import type { Follower } from './follower.ts';
import { isOfStandby, parseSnapshot, readSnapshot, type Snapshot, snapshotText, withAllBelow } from './snapshot.ts';

/** The part of a standby's answer that the proof needs. */
export interface StandbyReading {
  /** The transactions that it certainly sees, as text. */
  readonly snapshot: string;
  /** The name of the life that the standby has replayed, and its own start. */
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
  if (life === '' || lifeOn(reading.incarnation) !== life || judge.epoch !== epoch) return 'elsewhere';
  const snapshot = parseSnapshot(reading.snapshot);
  return judge.hasCatalog(snapshot) && judge.isFresh(snapshot, reading.tags) ? undefined : 'behind';
}

/** The state that a standby was found to show before a statement was sent to it. */
export interface ShownState {
  readonly snapshot: Snapshot;
  /** The incarnation that the probe saw: an address may lead to another server by now. */
  readonly incarnation: string;
}

/** The snapshot of a standby's answer, together with the state that its server showed before. */
export function stampOf(reading: Omit<StandbyReading, 'tags'>, shown: ShownState | undefined): string {
  if (shown?.incarnation !== reading.incarnation || isOfStandby(reading.snapshot)) return reading.snapshot;
  const own = readSnapshot(reading.snapshot);
  return own ? snapshotText(withAllBelow(shown.snapshot, own.xmin)) : reading.snapshot;
}
