/**
 * Flights: fills under way in this process, one a key, that others who ask for the same wait for.
 *
 * A reader who comes after a change must not be answered with what was read before it. Which rows a flight reads is not
 * known before it lands, but which tables it looks at is. So it carries what was known when it started, and is joined
 * only while no change of its tables has become known since: then whatever the reader must see, the flight sees. Who
 * may not join starts a flight of his own, which takes the older one's place.
 *
 * While nobody knows what changes, no flight may be joined that is in the air. One that has not started yet may be, since
 * it will read what whoever asks now must see: so there is one in the air and one that waits for it, however many ask.
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
  /** Of who started it. */
  readonly span: Step | undefined;
}

export interface Flights<T> {
  /** A flight that may be joined. */
  join(key: string): Flight<T> | undefined;
  /** @param tables every table that the work looks at. */
  start(key: string, tables: readonly string[], work: () => Promise<T>): Promise<T>;
  /** Joins the flight that starts once the one in the air has landed; where there is none, starts. */
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
