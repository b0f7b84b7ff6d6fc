/**
 * The journal: what has been written, and what a read must therefore show.
 *
 * The database holds cells: rows whose text names them, and the number of their latest write, `~product.7~12~`. Each cell
 * has one writer, so its numbers rise in the order of its commits. Whatever a read shows, it can be held against what had
 * been committed when it was sent:
 * - a number that was rolled back, or never written, is shown to nobody;
 * - a read that knows of a write (by a Consistency-Token, or by asking the instance that made it) shows it, or a later one;
 * - any other read may be behind, and how long it was is measured: from the commit to the start of the latest read that
 *   did not show it.
 * A write whose outcome is not known, because the instance was killed, is in doubt until its writer has looked.
 */
export interface Cell {
  readonly kind: string;
  readonly id: number;
}

/** What a write makes of a cell. */
export interface Change {
  readonly cell: Cell;
  /** What the row belongs to now: its category, its user. Nothing for a row that is gone. */
  readonly where: number | undefined;
}

interface Version {
  readonly where: number | undefined;
  readonly write: Write;
}

/** A transaction, from before it is sent. */
export interface Write {
  state: 'open' | 'committed' | 'rolled back';
  /** Its place among all that were committed. */
  place: number;
  /** When it was known to be, by the clock of this process. */
  committedAt: number;
  /** The instance that answered it. */
  by: number | undefined;
  /** For how long it went unseen, in milliseconds. */
  unseenMs: number;
}

/** What a read must know: all that was committed up to a place, what its instance has itself answered, and one more. */
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
  readonly is: 'rolled back' | 'stale' | 'missing' | 'in the wrong place' | 'late';
  readonly shown: number | undefined;
  readonly wanted: number;
}

export class Journal {
  readonly #cells = new Map<string, { readonly cell: Cell; readonly versions: Version[] }>();
  #place = 0;
  readonly writes: Write[] = [];
  readonly #lateMs: number;

  /** @param lateMs for how long a write may go unseen by who does not know of it. */
  constructor(lateMs: number) {
    this.#lateMs = lateMs;
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
    return this.#cells.get(nameOf(cell))?.versions.findLast(({ write }) => write.state !== 'rolled back')?.where;
  }

  begin(changes: readonly Change[]): Write {
    const write: Write = { state: 'open', place: 0, committedAt: 0, by: undefined, unseenMs: 0 };
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

  /** What is wrong with a read. */
  judge(read: Read): Violation[] {
    const shown = [...read.shown].flatMap(([name, number]) => this.#judgeShown(read, name, number));
    return [...shown, ...this.#judgeWhole(read)];
  }

  #judgeShown(read: Read, name: string, number: number): Violation[] {
    const { versions } = this.#cells.get(name)!;
    const version = versions[number];
    const wanted = knownTo(versions, read);
    const violation = (is: Violation['is']) => [{ cell: name, is, shown: number, wanted }];
    if (!version || version.write.state === 'rolled back') return violation('rolled back');
    if (number < wanted) return violation('stale');
    const missed = versions.slice(number + 1).find(({ write }) => wasCommitted(write, read));
    if (!missed) return [];
    const unseenMs = read.sentAt - missed.write.committedAt;
    missed.write.unseenMs = Math.max(missed.write.unseenMs, unseenMs);
    return unseenMs > this.#lateMs ? violation('late') : [];
  }

  /** Where nothing has been written since, cells are where they must be, and nowhere else. */
  #judgeWhole(read: Read): Violation[] {
    return [...this.#cells].flatMap(([name, { cell, versions }]): Violation[] => {
      const wanted = knownTo(versions, read);
      if (wanted < 0 || versions.slice(wanted + 1).some(({ write }) => write.state !== 'rolled back')) return [];
      const must = read.shows(cell, versions[wanted]!.where);
      const shown = read.shown.get(name);
      if (must === undefined || must === (shown !== undefined)) return [];
      return [{ cell: name, is: must ? 'missing' : 'in the wrong place', shown, wanted }];
    });
  }
}

/** The latest number that a read must know; below 0 for none. */
const knownTo = (versions: readonly Version[], read: Read): number =>
  versions.findLastIndex(
    ({ write }) =>
      write.state === 'committed' && (write.place <= read.place || write === read.write || isOwn(write, read)),
  );

const isOwn = (write: Write, read: Read): boolean => write.by === read.instance && write.committedAt <= read.sentAt;

const wasCommitted = (write: Write, { sentAt }: Read): boolean =>
  write.state === 'committed' && write.committedAt < sentAt;

export const nameOf = ({ kind, id }: Cell): string => `${kind}.${id}`;

/** What is written into a cell's text. */
export const textOf = (cell: Cell, number: number): string => `~${nameOf(cell)}~${number}~`;

export function shownIn(body: string): Map<string, number> {
  return new Map([...body.matchAll(/~(\w+\.\d+)~(\d+)~/g)].map(([, name, number]) => [name!, Number(number)]));
}
