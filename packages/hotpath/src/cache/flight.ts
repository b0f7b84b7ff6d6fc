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
import type { Follower } from '../freshness/follower.ts';
import { parseSnapshot, type Snapshot } from '../freshness/snapshot.ts';
import { currentSpan } from '../telemetry/context.ts';
import type { Step } from '../telemetry/span.ts';

export interface Flight<T> {
  readonly epoch: string;
  readonly since: Snapshot;
  readonly tables: readonly string[];
  readonly landing: Promise<T>;
  /** The span of the request that started the flight. */
  readonly span: Step | undefined;
}

export interface Flights<T> {
  /** A flight that may be joined. */
  join(key: string): Flight<T> | undefined;
  /** @param tables every table that the work reads. */
  start(key: string, tables: readonly string[], work: () => Promise<T>): Promise<T>;
  /** Joins the flight that starts once the flight in the air has landed. Without one in the air, starts a flight. */
  joinNext(key: string, work: () => Promise<T>): Promise<T>;
  readonly inTheAir: number;
}

interface Turn<T> {
  readonly landing: Promise<T>;
  next: Promise<T> | undefined;
}

export function createFlights<T>(follower: Pick<Follower, 'isFresh' | 'position' | 'epoch'>): Flights<T> {
  const flights = new Map<string, Flight<T>>();
  const turns = new Map<string, Turn<T>>();

  function takeTurn(key: string, work: () => Promise<T>): Promise<T> {
    const landing = work().finally(() => {
      if (turns.get(key) === turn) turns.delete(key);
    });
    const turn: Turn<T> = { landing, next: undefined };
    turns.set(key, turn);
    return landing;
  }

  return {
    join(key) {
      const flight = flights.get(key);
      if (!flight || flight.epoch !== follower.epoch) return undefined;
      return follower.isFresh(flight.since, flight.tables) ? flight : undefined;
    },
    start(key, tables, work) {
      const { epoch, position } = follower;
      const since = parseSnapshot(position);
      const landing = work().finally(() => {
        if (flights.get(key) === flight) flights.delete(key);
      });
      const flight = { epoch, since, tables, landing, span: currentSpan() };
      flights.set(key, flight);
      return landing;
    },
    joinNext(key, work) {
      const turn = turns.get(key);
      if (!turn) return takeTurn(key, work);
      const start = () => takeTurn(key, work);
      turn.next ??= turn.landing.then(start, start);
      return turn.next;
    },
    get inTheAir() {
      return flights.size + turns.size;
    },
  };
}
