/** The events that an observer gets from the cache. The follower's own memory learns the changes, without a clock. */
import { Cache, type CacheParts } from 'hotpath/cache/cache';
import type { ReadResult } from 'hotpath/cache/entry';
import type { Query } from 'hotpath/cache/query';
import type { Follower } from 'hotpath/freshness/follower';
import { ChangeMemory } from 'hotpath/freshness/memory';
import { parseSnapshot, type Snapshot } from 'hotpath/freshness/snapshot';
import { ObservationPort } from 'hotpath/observation/observation-port';
import type { ObservedEvent } from 'hotpath/observation/observed-event';
import { runWith } from 'hotpath/telemetry/context';
import { describe, expect, it } from 'vitest';

class ObservedWorld {
  readonly events: ObservedEvent[] = [];
  readonly carriers: (object | undefined)[] = [];
  readonly port = new ObservationPort();
  readonly #memory = new ChangeMemory(parseSnapshot('10:10:'), { tags: 100, transactions: 8 });
  #changes = 0;
  xid = 10;
  isCurrent = true;
  body = 'a';

  constructor() {
    this.port.observer = {
      wantsLines: false,
      wantsHit: () => true,
      observe: (event, carrier) => {
        this.events.push(event);
        this.carriers.push(carrier);
      },
    };
  }

  commit(tag: string): void {
    this.#memory.learn({ xid: this.xid, source: tag, tags: [] }, parseSnapshot(`${this.xid + 1}:${this.xid + 1}:`));
    this.xid += 1;
    this.#changes += 1;
  }

  cache(more: Partial<CacheParts> = {}) {
    return new Cache({
      follower: this.#follower,
      maxBytes: 1_000_000,
      isAway: () => false,
      port: this.port,
      ...more,
    });
  }

  query(more: Partial<Query> = {}): Query {
    return { key: '/a\nuser', policy: { ttl: 60, jitter: 0 }, tables: ['t'], source: { load: this.#load }, ...more };
  }

  /** The last event of the kind `cache`, in short. */
  last(): unknown[] {
    const event = this.events.findLast(({ kind }) => kind === 'cache');
    return event?.kind === 'cache' ? [event.tier, event.outcome, event.reason] : [];
  }

  readonly #load = async (): Promise<ReadResult> => {
    const snapshot = `${this.xid}:${this.xid}:`;
    return { status: 200, body: this.body, etag: '"a"', link: '', snapshot, incarnation: 'one', tags: ['t'] };
  };

  get #follower(): Follower {
    const world = this;
    return {
      isFresh: (snapshot: Snapshot, tags: readonly string[]) => world.#memory.isFresh(snapshot, tags),
      culprits: (snapshot: Snapshot, tags: readonly string[]) => world.#memory.culprits(snapshot, tags),
      get isCurrent() {
        return world.isCurrent;
      },
      get changes() {
        return world.#changes;
      },
      get position() {
        return `${world.xid}:${world.xid}:`;
      },
      ...{ ageMs: 0, epoch: 'e', incarnation: 'one', touch() {}, catchUp: async () => false },
    } as unknown as Follower;
  }
}

describe('an observer of the cache', () => {
  it('learns why the cache read the database', async () => {
    const world = new ObservedWorld();
    const cache = world.cache();
    await cache.read(world.query());
    expect(world.last()).toEqual(['database', 'miss', 'nothing']);
    await cache.read(world.query());
    expect(world.last()).toEqual(['l1', 'hit', undefined]);
    world.commit('t');
    await cache.read(world.query());
    expect(world.last()).toEqual(['database', 'miss', 'outdated']);
    await cache.bypass(world.query());
    expect(world.last()).toEqual(['database', 'bypass', 'asked']);
    world.isCurrent = false;
    await cache.read(world.query());
    expect(world.last()).toEqual(['database', 'bypass', 'unfollowed']);
    await cache.settled();
  });

  it('learns that an entry was past its time', async () => {
    const world = new ObservedWorld();
    const cache = world.cache();
    const query = world.query({ policy: { ttl: 0.001, jitter: 0 } });
    const { entry } = await cache.read(query);
    while (Date.now() <= entry.readAt + 1) await new Promise((resolve) => setImmediate(resolve));
    await cache.read(query);
    expect(world.last()).toEqual(['database', 'miss', 'expired']);
    await cache.settled();
  });

  it('learns which transactions outdated an entry, and which request noticed it', async () => {
    const world = new ObservedWorld();
    const cache = world.cache();
    await cache.read(world.query());
    world.commit('t');
    const carrier = { traceId: 'x', span: undefined };
    await runWith(carrier, () => cache.read(world.query()));
    const at = world.events.findIndex(({ kind }) => kind === 'outdated');
    const culprits = [{ tag: 't', xid: 10 }];
    expect(world.events[at]).toEqual({ kind: 'outdated', key: '/a\nuser', tier: 'l1', culprits });
    expect(world.carriers[at]).toBe(carrier);
    await cache.settled();
  });

  it('learns of a hit without a promise, with the entry', async () => {
    const world = new ObservedWorld();
    const cache = world.cache();
    await cache.read(world.query());
    const entry = cache.peek('/a\nuser');
    expect(world.events.at(-1)).toMatchObject({ kind: 'cache', tier: 'l1', outcome: 'hit', ms: 0, entry });
    expect([...cache.all()]).toEqual([['/a\nuser', entry]]);
    await cache.settled();
  });

  it('learns of an entry that is evicted to make room', async () => {
    const world = new ObservedWorld();
    world.body = 'x'.repeat(5000);
    const cache = world.cache({ maxBytes: 20_000 });
    for (let n = 0; n < 10; n += 1) await cache.read(world.query({ key: `/${n}\nuser` }));
    await cache.settled();
    const evicted = world.events.filter(({ kind }) => kind === 'evicted').length;
    expect(evicted).toBeGreaterThan(0);
    expect(evicted).toBe(cache.stats.evictions);
  });

  it('that is gone costs nothing to ask', async () => {
    const world = new ObservedWorld();
    const cache = world.cache();
    world.port.observer = undefined;
    await cache.read(world.query());
    cache.peek('/a\nuser');
    expect(world.events).toEqual([]);
    await cache.settled();
  });
});
