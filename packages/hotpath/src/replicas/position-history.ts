/**
 * When the follower had reached which position, and where the write-ahead log of the primary was by then. By the part of the
 * log that a standby has replayed it tells what the standby certainly shows, and how far it is behind: in this process's own
 * time, so no clock of another machine is needed.
 *
 * A commit is visible on the primary after its record is in the log. So a standby that has replayed the log up to a place
 * read after a snapshot shows everything that is visible in that snapshot, and perhaps more. Places in the log compare within
 * one life only.
 */
import type { Follower, WalPosition } from '../freshness/follower.ts';
import type { Snapshot } from '../freshness/snapshot.ts';

/** Positions that are kept: 20 seconds of a service that is always written to. */
const MOST = 1000;

interface Reached extends WalPosition {
  readonly changes: number;
  readonly at: number;
}

export class PositionHistory {
  #reached: Reached[] = [];
  #life = '';

  /** @param at a time of `performance.now()`. */
  note({ life, walPosition, changes }: Pick<Follower, 'life' | 'walPosition' | 'changes'>, at: number): void {
    if (life !== this.#life) this.#reached = [];
    this.#life = life;
    if (life === '' || !walPosition || this.#reached.at(-1)?.snapshot === walPosition.snapshot) return;
    this.#reached.push({ ...walPosition, changes, at });
    if (this.#reached.length > MOST) this.#reached.shift();
  }

  /** The latest position of which a standby shows everything. */
  shownBy(replayed: bigint): Snapshot | undefined {
    return this.#shownBy(replayed)?.snapshot;
  }

  /**
   * Since when the follower has known of a change that a standby may lack; `undefined` if there is none. The end of the log
   * tells nothing: without a commit the primary may not send it.
   */
  missedSince(replayed: bigint): number | undefined {
    const shown = this.#shownBy(replayed)?.changes;
    return this.#reached.find(({ lsn, changes }) => lsn > replayed && changes !== shown)?.at;
  }

  #shownBy(replayed: bigint): Reached | undefined {
    return this.#reached.findLast(({ lsn }) => lsn <= replayed);
  }
}
