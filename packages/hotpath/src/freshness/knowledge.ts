/** The knowledge of a follower: how far it has read the log, in which epoch, and the changes it found. It has no clock. */
import type { Culprit } from '../observation/observed-event.ts';
import type { Epoch, LogHeader } from './log.ts';
import { ChangeMemory, ChangesAhead, type LoggedChange, type MemoryLimits } from './memory.ts';
import { includes, isVisible, type Snapshot } from './snapshot.ts';

/** Transactions that are known before the log was read up to them. */
const MOST_AHEAD = 200;

const NOTHING: Snapshot = Object.freeze({ xmin: 1, xmax: 1, xip: [] });

/** Of no use: the log is to be read again, from `since`. `wentBack`: the epoch's snapshots have gone back, so it is over. */
export type HeaderVerdict = 'useful' | 'useless' | 'wentBack';

export class Knowledge {
  readonly #limits: MemoryLimits;
  readonly #ahead = new ChangesAhead(MOST_AHEAD);
  #memory: ChangeMemory | undefined;
  #epoch: Epoch | undefined;
  #position = NOTHING;
  /** The snapshot at which the epoch became known: everything that its name says of the catalog is visible in it. */
  #entered = NOTHING;
  #changes = 0;

  constructor(limits: MemoryLimits) {
    this.#limits = limits;
  }

  /** Everything that is visible in it is known. */
  get position(): Snapshot {
    return this.#position;
  }

  /** From where the log is to be read; `undefined` before an epoch is known. */
  get since(): Snapshot | undefined {
    return this.#epoch && this.#position;
  }

  get epoch(): string {
    return this.#epoch?.id ?? '';
  }

  get changes(): number {
    return this.#changes;
  }

  isFresh(snapshot: Snapshot, tags: readonly string[]): boolean {
    return (this.#memory?.isFresh(snapshot, tags) ?? false) && this.#ahead.isFresh(snapshot, tags);
  }

  /**
   * Whether a standby that reads at the snapshot has replayed the catalog of this epoch. A primary has it: the entries that
   * it gave before the catalog changed are of another epoch.
   */
  hasCatalog(snapshot: Snapshot): boolean {
    return this.#epoch !== undefined && includes(snapshot, this.#entered);
  }

  /** The changes because of which `isFresh` is false. */
  culprits(snapshot: Snapshot, tags: readonly string[]): Culprit[] {
    return [...(this.#memory?.culprits(snapshot, tags) ?? []), ...this.#ahead.culprits(snapshot, tags)];
  }

  /**
   * Learns all changes of one committed transaction, whether the log was read up to it or not.
   * @returns whether there was room.
   */
  learnAhead(xid: number, changes: readonly LoggedChange[]): boolean {
    if (isVisible(xid, this.#position)) return true;
    this.#changes += 1;
    return this.#ahead.learn(xid, changes);
  }

  /** The ids of transactions mean others from now on. */
  forgetAhead(): void {
    this.#ahead.clear();
  }

  /** Begins a reading of the log, whose changes are to be learned if it is useful. */
  begin({ snapshot, epoch }: LogHeader): HeaderVerdict {
    if (!epoch) return 'useless';
    if (epoch.id !== this.#epoch?.id) {
      this.#enter(epoch, snapshot);
      return 'useless';
    }
    return includes(snapshot, this.#position) ? 'useful' : 'wentBack';
  }

  /** Learns one change of the reading that has begun. */
  learn(change: LoggedChange, { snapshot }: LogHeader): void {
    this.#memory!.learn(change, snapshot);
    this.#changes += 1;
  }

  /** Ends a reading. @param isWhole whether every change of it was learned. */
  end({ snapshot, epoch }: LogHeader, isWhole: boolean): void {
    const { began, floor } = epoch!;
    if (!isWhole || this.#hasEnded(began.xip, snapshot)) this.#forgetBefore(snapshot);
    else if (!includes(this.#position, floor)) this.#forgetBefore(floor);
    this.#position = snapshot;
    this.#ahead.dropSeen(snapshot);
  }

  /** Takes everything that was read before for out of date. */
  forget(): void {
    this.#forgetBefore(this.#position);
  }

  #forgetBefore(floor: Snapshot): void {
    this.#memory!.forgetBefore(floor);
    this.#changes += 1;
  }

  #enter(epoch: Epoch, snapshot: Snapshot): void {
    this.#epoch = epoch;
    this.#entered = snapshot;
    this.#position = epoch.floor;
    this.#memory = new ChangeMemory(epoch.floor, this.#limits);
    this.#changes += 1;
  }

  #hasEnded(xids: readonly number[], snapshot: Snapshot): boolean {
    return xids.some((xid) => isVisible(xid, snapshot) && !isVisible(xid, this.#position));
  }
}
