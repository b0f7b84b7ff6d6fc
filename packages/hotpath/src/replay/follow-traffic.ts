/** Follows the traffic of a service through its tap, each request once, also if several processes share its address. */
import { setTimeout as pause } from 'node:timers/promises';
import type { TappedRequest, TappedTraffic } from './traffic-tap.ts';

export interface TrafficSource {
  /** Asks the route `traffic` of a service, with these parameters. */
  ask(parameters: URLSearchParams): Promise<TappedTraffic>;
  /** The names of the request headers to keep. */
  readonly headers: readonly string[];
  /** The reply that opened the tap; the traffic begins after it. */
  readonly opened: TappedTraffic;
}

/** A stretch of traffic. */
export interface TrafficBatch {
  readonly requests: readonly TappedRequest[];
  /** Requests that came faster than they could be taken. */
  readonly lost: number;
  /** The time of the service up to which the traffic is complete, in milliseconds since 1970; undefined if more is waiting. */
  readonly until: number | undefined;
}

const EVERY_MS = 200;
const MOST_PROCESSES = 30;

/** Ends after one more look when the signal is given. */
export async function* followTraffic(source: TrafficSource, signal: AbortSignal): AsyncGenerator<TrafficBatch> {
  const places = new Map([[source.opened.instance, source.opened.next]]);
  for (let isLast = false; !isLast; ) {
    isLast = signal.aborted;
    const { instance, hasMore, lost, next, now, requests: found } = await source.ask(parametersFor(source, places));
    const place = places.get(instance) ?? 0;
    places.set(instance, next);
    yield { requests: found.filter(({ id }) => id >= place), lost, until: hasMore ? undefined : now };
    if (!hasMore && !isLast) await pause(EVERY_MS, undefined, { signal }).catch(() => {});
  }
}

/** The place in each process: any of them may answer. */
function parametersFor({ headers }: Pick<TrafficSource, 'headers'>, places: ReadonlyMap<string, number>) {
  const from = [...places].slice(-MOST_PROCESSES).map(([instance, place]) => `${instance}:${place}`);
  return new URLSearchParams({ headers: headers.join(','), from: from.join(',') });
}
