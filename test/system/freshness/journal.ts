/**
 * The journal: what has been written, and what a read must therefore show.
 *
 * The database holds cells: rows whose text names them and the number of their latest write, `~product.7~12~`. A cell
 * has one writer, so its numbers rise in the order of its commits. Every read is compared with what had been committed
 * when it was sent:
 * - no read shows a number that was rolled back, or was never written;
 * - a read that knows of a write (by a Consistency-Token, or because it asks the instance that made it) shows it, or a
 *   later one;
 * - a read that was sent more than the bound after a commit shows it, or a later one. Within the bound a read may be
 *   behind, and the delay is measured: from the commit to the start of the latest read that did not show it.
 * The outcome of a write is unknown if the instance was killed, until its writer has looked.
 *
 * A failover may lose the latest commits. From the bound after it on no read shows one of them. A read that was sent before
 * may be of either server.
 */
export interface Cell {
  readonly kind: string;
  readonly id: number;
}

/** A cell after a write. */
export interface Change {
  readonly cell: Cell;
  /** The owner of the row: its category, its user. Undefined for a deleted row. */
  readonly where: number | undefined;
}

interface Version {
  readonly where: number | undefined;
  readonly write: Write;
}

/** A transaction, from before it is sent. */
export interface Write {
  state: 'open' | 'committed' | 'rolled back' | 'lost';
  /** Its place among all that were committed. */
  place: number;
  /** When it was known to be, by the clock of this process. */
  committedAt: number;
  /** The instance that answered it. */
  by: number | undefined;
  /** Whether the invalidation log has it. A token covers no other write: only the bound does. */
  readonly isLogged: boolean;
  /** How long it went unseen, in milliseconds. */
  unseenMs: number;
}

/** The commits that a read must show: all up to a place, those that its instance has answered, and one more. */
export interface Knows {
  readonly place: number;
  readonly instance: number;
  readonly write?: Write;
}

export interface Read extends Knows {
  readonly sentAt: number;
  /** Numbers by cell, as they were shown: `product.7`. */
  readonly shown: ReadonlyMap<string, number>;
  /** Whether a cell must be shown when it is there: not known for some. */
  shows(cell: Cell, where: number | undefined): boolean | undefined;
}

export interface Violation {
  readonly cell: string;
  readonly is: 'rolled back' | 'lost' | 'stale' | 'missing' | 'in the wrong place' | 'late';
  readonly shown: number | undefined;
  readonly wanted: number;
}

export class Journal {
  readonly #cells = new Map<string, { readonly cell: Cell; readonly versions: Version[] }>();
  #place = 0;
  #excusedUntil = 0;
  #excusedAfter = 0;
  #lostUntil = 0;
  readonly writes: Write[] = [];
  readonly #boundMs: number;

  /** @param boundMs how long a read that does not know of a write may miss it. */
  constructor(boundMs: number) {
    this.#boundMs = boundMs;
  }

  /**
   * Reads that are sent before this time may miss what they do not know of, if it is committed from now on. A time of
   * `performance.now()`.
   */
  excuseUntil(time: number): void {
    this.#excusedUntil = time;
    this.#excusedAfter = this.#place;
  }

  /**
   * The database goes on without the writes after a place. Reads that are sent before the bound has passed from now on may
   * show the lost writes, or miss them. @returns how many there are.
   */
  loseAfter(place: number): number {
    const lost = this.writes.filter((write) => write.state === 'committed' && write.place > place);
    for (const write of lost) write.state = 'lost';
    this.#lostUntil = performance.now() + this.#boundMs;
    return lost.length;
  }

  /** The time until which reads may be of the server that lost its place. Of `performance.now()`. */
  get lostUntil(): number {
    return this.#lostUntil;
  }

  /** The numbers that the database holds, by cell: `product.7`. */
  present(): Map<string, number> {
    const held = [...this.#cells].map(([name, { versions }]) => [name, versions.findLastIndex(stands)] as const);
    return new Map(held.filter(([name, number]) => this.#cells.get(name)!.versions[number]?.where !== undefined));
  }

  /** How many have been committed. */
  get place(): number {
    return this.#place;
  }

  /** The number that the next write of a cell has. */
  next(cell: Cell): number {
    return this.#cells.get(nameOf(cell))?.versions.length ?? 0;
  }

  where(cell: Cell): number | undefined {
    return this.#cells.get(nameOf(cell))?.versions.findLast(stands)?.where;
  }

  begin(changes: readonly Change[], isLogged = true): Write {
    const write: Write = { state: 'open', place: 0, committedAt: 0, by: undefined, isLogged, unseenMs: 0 };
    for (const { cell, where } of changes) {
      const name = nameOf(cell);
      const known = this.#cells.get(name) ?? { cell, versions: [] };
      this.#cells.set(name, known);
      known.versions.push({ where, write });
    }
    return write;
  }

  commit(write: Write, by?: number): void {
    this.#place += 1;
    Object.assign(write, { state: 'committed', place: this.#place, committedAt: performance.now(), by });
    this.writes.push(write);
  }

  rollBack(write: Write): void {
    write.state = 'rolled back';
  }

  /** The fault of a read. */
  judge(read: Read): Violation[] {
    const shown = [...read.shown].flatMap(([name, number]) => this.#judgeShown(read, name, number));
    return [...shown, ...this.#judgeWhole(read)];
  }

  #judgeShown(read: Read, name: string, number: number): Violation[] {
    const versions = this.#cells.get(name)?.versions ?? [];
    const version = versions[number];
    const wanted = this.#wantedBy(read, versions);
    const violation = (is: Violation['is']) => [{ cell: name, is, shown: number, wanted }];
    if (!version || version.write.state === 'rolled back') return violation('rolled back');
    if (this.#isInDoubt(read, versions)) return [];
    if (version.write.state === 'lost') return violation('lost');
    const missed = versions.slice(number + 1).find(({ write }) => wasCommitted(write, read));
    if (missed) this.#noteUnseen(missed.write, read);
    if (number >= wanted) return [];
    return violation(versions.slice(number + 1).some(({ write }) => isKnown(write, read)) ? 'stale' : 'late');
  }

  /** Where nothing has been written since, cells are where they must be, and nowhere else. */
  #judgeWhole(read: Read): Violation[] {
    return [...this.#cells].flatMap(([name, { cell, versions }]): Violation[] => {
      const latest = versions.findLastIndex(stands);
      if (latest < 0 || this.#isInDoubt(read, versions)) return [];
      const { where, write } = versions[latest]!;
      const must = read.shows(cell, where);
      const shown = read.shown.get(name);
      if (must === undefined || must === (shown !== undefined)) return [];
      if (wasCommitted(write, read)) this.#noteUnseen(write, read);
      const wanted = this.#wantedBy(read, versions);
      if (wanted < latest) return [];
      return [{ cell: name, is: must ? 'missing' : 'in the wrong place', shown, wanted }];
    });
  }

  /** Whether the read may be of the server that had what was lost, or of the one that never had it. */
  #isInDoubt({ sentAt }: Read, versions: readonly Version[]): boolean {
    return sentAt < this.#lostUntil && versions.some(({ write }) => write.state === 'lost');
  }

  #noteUnseen(write: Write, read: Read): void {
    if (!this.#isExcused(write, read)) write.unseenMs = Math.max(write.unseenMs, read.sentAt - write.committedAt);
  }

  #isExcused(write: Write, read: Read): boolean {
    return write.place > this.#excusedAfter && read.sentAt < this.#excusedUntil;
  }

  /** The lowest number that a read may show; below 0 for any. */
  #wantedBy(read: Read, versions: readonly Version[]): number {
    const isPastBound = (write: Write) =>
      write.state === 'committed' && write.committedAt + this.#boundMs < read.sentAt && !this.#isExcused(write, read);
    return versions.findLastIndex(({ write }) => isKnown(write, read) || isPastBound(write));
  }
}

const stands = ({ write }: Version): boolean => write.state !== 'rolled back' && write.state !== 'lost';

const isKnown = (write: Write, read: Read): boolean =>
  write.state === 'committed' &&
  write.isLogged &&
  (write.place <= read.place || write === read.write || isOwn(write, read));

const isOwn = (write: Write, read: Read): boolean => write.by === read.instance && write.committedAt <= read.sentAt;

const wasCommitted = (write: Write, { sentAt }: Read): boolean =>
  write.state === 'committed' && write.committedAt < sentAt;

export const nameOf = ({ kind, id }: Cell): string => `${kind}.${id}`;

/** The text that a write puts into a cell. */
export const textOf = (cell: Cell, number: number): string => `~${nameOf(cell)}~${number}~`;

export function shownIn(body: string): Map<string, number> {
  return new Map([...body.matchAll(/~(\w+\.\d+)~(\d+)~/g)].map(([, name, number]) => [name!, Number(number)]));
}

/** A copy of the database has other marks in its texts: `#product.7#12#`. @returns the cells of it that a body shows. */
export function marksOfCopyIn(body: string): string[] {
  return [...body.matchAll(/#(\w+\.\d+)#\d+#/g)].map(([, name]) => name!);
}
