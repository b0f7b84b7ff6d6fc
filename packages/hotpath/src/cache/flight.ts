/**
 * Flights: fills under way in this process, one for each key, which requests for the same key join.
 *
 * A reader that comes after a change must not get an answer from before it. The rows that a flight reads are unknown
 * before it lands, but its tables are known. So a flight carries the follower's position at its start. A reader joins
 * it only if no change of its tables has become known since: then the flight sees every change that the reader must
 * see. Otherwise the reader starts a new flight, which replaces the older one.
 *
 * While the changes are unknown, no reader may join a flight in the air. A reader may join a flight that has not
 * started, because that flight will read everything that the reader must see. So each key has at most one flight in the
 * air and one that waits for it, however many readers come.
 */
import { PassingMap } from '../collections/passing-map.ts';
import type { Follower } from '../freshness/follower.ts';
import { parseSnapshot, type Snapshot } from '../freshness/snapshot.ts';
import { currentSpan } from '../telemetry/context.ts';
import type { Step } from '../telemetry/span.ts';

export interface Flight<T> {
  readonly epoch: string;
  readonly since: Snapshot;
  /** The changes that were known at its start: while there is no other, it sees all that a reader must see. */
  readonly changes: number;
  readonly tables: readonly string[];
  readonly landing: Promise<T>;
  /** The span of the request that started the flight. */
  readonly span: Step | undefined;
}

interface Turn<T> {
  readonly landing: Promise<T>;
  next: Promise<T> | undefined;
}

type FlightsFollower = Pick<Follower, 'isFresh' | 'position' | 'epoch' | 'changes'>;

export class Flights<T> {
  readonly #follower: FlightsFollower;
  readonly #flights = new PassingMap<string, Flight<T>>();
  readonly #turns = new PassingMap<string, Turn<T>>();

  constructor(follower: FlightsFollower) {
    this.#follower = follower;
  }

  get inTheAir(): number {
    return this.#flights.size + this.#turns.size;
  }

  /** A flight that may be joined. */
  join(key: string): Flight<T> | undefined {
    const flight = this.#flights.get(key);
    if (!flight || flight.epoch !== this.#follower.epoch) return undefined;
    const isUnchanged = flight.changes === this.#follower.changes;
    return isUnchanged || this.#follower.isFresh(flight.since, flight.tables) ? flight : undefined;
  }

  /** @param tables every table that the work reads. */
  start(key: string, tables: readonly string[], work: () => Promise<T>): Promise<T> {
    const { epoch, position, changes } = this.#follower;
    const since = parseSnapshot(position);
    const landing = work().finally(() => {
      if (this.#flights.get(key) === flight) this.#flights.delete(key);
    });
    const flight = { epoch, since, changes, tables, landing, span: currentSpan() };
    this.#flights.set(key, flight);
    return landing;
  }

  /** Joins the flight that starts once the flight in the air has landed. Without one in the air, starts a flight. */
  joinNext(key: string, work: () => Promise<T>): Promise<T> {
    const turn = this.#turns.get(key);
    if (!turn) return this.#takeTurn(key, work);
    const start = () => this.#takeTurn(key, work);
    turn.next ??= turn.landing.then(start, start);
    return turn.next;
  }

  #takeTurn(key: string, work: () => Promise<T>): Promise<T> {
    const landing = work().finally(() => {
      if (this.#turns.get(key) === turn) this.#turns.delete(key);
    });
    const turn: Turn<T> = { landing, next: undefined };
    this.#turns.set(key, turn);
    return landing;
  }
}
