/** The latest position of a follower with its place in the write-ahead log, by which answers of standbys are proved. */
import type { WalPosition } from './follower.ts';
import { type Snapshot, snapshotText } from './snapshot.ts';

export class WalMark {
  #position: WalPosition | undefined;

  get position(): WalPosition | undefined {
    return this.#position;
  }

  /** A snapshot that has not moved keeps its earlier place, which standbys reach sooner. */
  note(snapshot: Snapshot, lsn: bigint | undefined): void {
    if (lsn === undefined) return;
    const known = this.#position && snapshotText(this.#position.snapshot);
    if (known !== snapshotText(snapshot)) this.#position = { snapshot, lsn };
  }

  /** The server may be another one. */
  forget(): void {
    this.#position = undefined;
  }
}
