/**
 * When the follower had reached which position. It tells how far a standby is behind, in this process's own time: no clock of
 * another machine, and no privilege on the standby, is needed.
 */

/** Positions that are kept: a minute of probes. */
const MOST = 1000;

interface Reached {
  /** Every transaction below has ended. */
  readonly xmin: number;
  readonly at: number;
}

export class PositionHistory {
  readonly #reached: Reached[] = [];

  /** @param at a time of `performance.now()`. */
  note(xmin: number, at: number): void {
    const last = this.#reached.at(-1);
    if (last && last.xmin === xmin) return;
    // Ids go back in another life.
    if (last && last.xmin > xmin) this.#reached.length = 0;
    this.#reached.push({ xmin, at });
    if (this.#reached.length > MOST) this.#reached.shift();
  }

  /**
   * Since when the follower has known of an ended transaction that a standby does not certainly see; `undefined` if there is
   * none.
   * @param xmin the standby certainly sees every transaction below.
   */
  missedSince(xmin: number): number | undefined {
    return this.#reached.find((reached) => reached.xmin > xmin)?.at;
  }
}
