/** The hits that a cache would have had in recorded traffic. */

/** A request of one route: its time in milliseconds, and the name of its answer. */
export interface CachedAsk {
  readonly at: number;
  readonly key: string;
}

export interface SimulatedCache {
  readonly ttlSeconds: number;
  /** Changes a second of one answer; they come at equal distances. */
  readonly changeRate: number;
}

/** The number of requests that an entry would have answered. @param asks the earliest first. */
export function hitsOf(asks: readonly CachedAsk[], { ttlSeconds, changeRate }: SimulatedCache): number {
  const entries = new Map<string, number>();
  const betweenChanges = 1000 / changeRate;
  let hits = 0;
  for (const { at, key } of asks) {
    const filledAt = entries.get(key);
    const isHit =
      filledAt !== undefined &&
      at - filledAt < ttlSeconds * 1000 &&
      Math.floor(at / betweenChanges) === Math.floor(filledAt / betweenChanges);
    if (isHit) hits += 1;
    else entries.set(key, at);
  }
  return hits;
}
