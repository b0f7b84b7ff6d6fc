/** Reports the cache's answers and evictions to the observer. Without an observer it makes nothing. */
import type { ObservationPort } from '../observation/observation-port.ts';
import type { MissReason } from '../observation/observed-event.ts';
import { currentCarrier } from '../telemetry/context.ts';
import type { Entry } from './entry.ts';
import type { CacheAnswer, Query } from './query.ts';
import type { Judge } from './verdict.ts';

type Doubter = Judge & { readonly culprits: (snapshot: Entry['snapshot'], tags: readonly string[]) => Culprits };
type Culprits = readonly { readonly tag: string | undefined; readonly xid: number | undefined }[];

export class ObservedCache {
  readonly #port: ObservationPort | undefined;
  readonly #follower: Doubter;

  constructor(port: ObservationPort | undefined, follower: Doubter) {
    this.#port = port;
    this.#follower = follower;
  }

  readonly evicted = (key: string): void => {
    this.#port?.observer?.observe({ kind: 'evicted', key });
  };

  outdated(key: string, entry: Entry, tier: 'l1' | 'l2'): void {
    const observer = this.#port?.observer;
    if (!observer) return;
    const isOfThisEpoch = entry.epoch === this.#follower.epoch;
    const culprits = isOfThisEpoch ? this.#follower.culprits(entry.snapshot, entry.tags) : [ANOTHER_EPOCH];
    observer.observe({ kind: 'outdated', key, tier, culprits }, currentCarrier());
  }

  /** A hit in memory, which takes next to no time. */
  hit(key: string, entry: Entry): void {
    const observer = this.#port?.observer;
    if (!observer) return;
    const carrier = currentCarrier();
    if (!observer.wantsHit(carrier)) return;
    const startedAt = performance.now();
    const answer = { tier: 'l1', outcome: 'hit', reason: undefined, entry } as const;
    observer.observe({ kind: 'cache', key, ...answer, startedAt, ms: 0 }, carrier);
  }

  /** @param lookUp gets the query with room for the reason of a miss. */
  answer(query: Query, lookUp: (query: Query) => Promise<CacheAnswer>): Promise<CacheAnswer> {
    return this.#port?.observer ? this.#observed(query, lookUp) : lookUp(query);
  }

  async #observed(query: Query, lookUp: (query: Query) => Promise<CacheAnswer>): Promise<CacheAnswer> {
    const why: Why = { reason: undefined };
    const startedAt = performance.now();
    const { entry, tier, outcome, ...rest } = await lookUp({ ...query, why });
    const ms = performance.now() - startedAt;
    const reason = outcome === 'hit' ? undefined : why.reason;
    const answer = { key: query.key, tier, outcome, reason, startedAt, ms, entry };
    this.#port?.observer?.observe({ kind: 'cache', ...answer }, currentCarrier());
    return { entry, tier, outcome, ...rest };
  }
}

const ANOTHER_EPOCH = { tag: undefined, xid: undefined };

/** Why the cache has no answer to a query, for an observer. */
export interface Why {
  reason: MissReason | undefined;
}

export function because({ why }: Pick<Query, 'why'>, reason: MissReason): void {
  if (why) why.reason = reason;
}
