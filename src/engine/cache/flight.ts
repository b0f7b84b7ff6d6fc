/**
 * Flights: fills under way in this process, one a key, that others who ask for the same wait for.
 *
 * A reader who comes after a change must not be answered with what was read before it. Which rows a flight reads is not
 * known before it lands, but which tables it looks at is. So it carries what was known when it started, and is joined
 * only while no change of its tables has become known since: then whatever the reader must see, the flight sees. Who
 * may not join starts a flight of his own, which takes the older one's place.
 */
import type { Follower } from '../freshness/follower.ts';
import { parseSnapshot, type Snapshot } from '../freshness/snapshot.ts';

interface Flight<T> {
  readonly epoch: string;
  readonly since: Snapshot;
  readonly tables: readonly string[];
  readonly landing: Promise<T>;
}

export interface Flights<T> {
  /** What a flight that may be joined comes to. */
  join(key: string): Promise<T> | undefined;
  /** @param tables every table that the work looks at. */
  start(key: string, tables: readonly string[], work: () => Promise<T>): Promise<T>;
  readonly inTheAir: number;
}

export function createFlights<T>(follower: Pick<Follower, 'isFresh' | 'position' | 'epoch'>): Flights<T> {
  const flights = new Map<string, Flight<T>>();
  return {
    join(key) {
      const flight = flights.get(key);
      if (!flight || flight.epoch !== follower.epoch) return undefined;
      return follower.isFresh(flight.since, flight.tables) ? flight.landing : undefined;
    },
    start(key, tables, work) {
      const { epoch, position } = follower;
      const since = parseSnapshot(position);
      const landing = work().finally(() => {
        if (flights.get(key) === flight) flights.delete(key);
      });
      const flight = { epoch, since, tables, landing };
      flights.set(key, flight);
      return landing;
    },
    get inTheAir() {
      return flights.size;
    },
  };
}
