/** What is known of the log: how far it has been read, in which epoch, and what was found. Plain state, without a clock. */
import type { Epoch, Reading } from './log.ts';
import { Memory, type MemoryLimits } from './memory.ts';
import { includes, isVisible, type Snapshot } from './snapshot.ts';

const NOTHING: Snapshot = Object.freeze({ xmin: 1, xmax: 1, xip: [] });

export class Knowledge {
  readonly #limits: MemoryLimits;
  #memory: Memory | undefined;
  #epoch: Epoch | undefined;
  #position = NOTHING;
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
    return this.#memory?.isFresh(snapshot, tags) ?? false;
  }

  /** @returns whether the reading was of use; if not, the log is to be read again. */
  take({ snapshot, epoch, changes }: Reading): boolean {
    if (!epoch) return false;
    if (epoch.id !== this.#epoch?.id) {
      this.#begin(epoch);
      return false;
    }
    const { began, floor } = epoch;
    if (!changes || this.#hasEnded(began.xip, snapshot)) this.#forgetBefore(snapshot);
    else if (!includes(this.#position, floor)) this.#forgetBefore(floor);
    this.#memory!.learn(changes ?? [], snapshot);
    this.#changes += changes?.length ?? 0;
    this.#position = snapshot;
    return true;
  }

  #forgetBefore(floor: Snapshot): void {
    this.#memory!.forgetBefore(floor);
    this.#changes += 1;
  }

  /** What was read before is taken for out of date. */
  forget(): void {
    this.#forgetBefore(this.#position);
  }

  #begin(epoch: Epoch): void {
    this.#epoch = epoch;
    this.#position = epoch.floor;
    this.#memory = new Memory(epoch.floor, this.#limits);
    this.#changes += 1;
  }

  #hasEnded(xids: readonly number[], snapshot: Snapshot): boolean {
    return xids.some((xid) => isVisible(xid, snapshot) && !isVisible(xid, this.#position));
  }
}
