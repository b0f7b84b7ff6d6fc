/**
 * The most read keys of all processes: each process periodically reports to Redis the keys with the most reads from its
 * memory. Redis keeps them by day, so that it forgets old favourites. It keeps a bounded number, and drops the least
 * read first.
 *
 * The keys of the public have a set of their own, and at most half of the places while viewers have keys. So anonymous
 * requests, however many, never displace the keys that viewers read.
 */
import { AWAY } from './breaker.ts';
import { isPublicKey } from './key.ts';
import type { Remote } from './l2.ts';
import { scriptCommand } from './redis-client.ts';

/** A key, and the number of its reads from memory since the last report. */
export interface KeyReads {
  readonly key: string;
  readonly times: number;
}

export interface Popular {
  /** Never rejects. */
  report(reads: readonly KeyReads[]): Promise<void>;
  /** The most read keys of today and yesterday, most read first; none while Redis is away. */
  top(many: number): Promise<string[]>;
}

/**
 * The `many` most read keys, most read first. At most half of them are the public's, while viewers have enough keys.
 */
export function mostRead(reads: Iterable<KeyReads>, many: number): KeyReads[] {
  const sorted = [...reads].sort((one, other) => other.times - one.times);
  const ofPublic = sorted.filter(({ key }) => isPublicKey(key));
  const ofViewers = sorted.filter(({ key }) => !isPublicKey(key)).slice(0, many);
  const leastOfPublic = Math.max(Math.floor(many / 2), many - ofViewers.length);
  const taken = new Set([...ofPublic.slice(0, leastOfPublic), ...ofViewers]);
  return sorted.filter((read) => taken.has(read)).slice(0, many);
}

const DAY_MS = 86_400_000;
/** The number of keys that Redis keeps, for the public and for viewers each. */
const KEPT_KEYS = 10_000;

/**
 * KEYS[1]  the reads of a day, of the public or of viewers
 * ARGV[1]  the number of keys to keep
 * ARGV[2]  how long Redis keeps them, in milliseconds
 * ARGV[3…] reads and keys, in turn
 */
const ADD = `
  for at = 3, #ARGV, 2 do redis.call('zincrby', KEYS[1], ARGV[at], ARGV[at + 1]) end
  redis.call('zremrangebyrank', KEYS[1], 0, -1 - ARGV[1])
  redis.call('pexpire', KEYS[1], ARGV[2])
`;

type Audience = 'public' | 'viewers';

const AUDIENCES: readonly Audience[] = ['public', 'viewers'];
const audienceOf = (key: string): Audience => (isPublicKey(key) ? 'public' : 'viewers');

export function createPopular({ redis, breaker, namespace }: Remote): Popular {
  const addReads = scriptCommand(redis, 'hotpathAddReads', ADD);
  const nameOf = (time: number, audience: Audience) =>
    `hotpath:${namespace}:{popular}:${audience}:${new Date(time).toISOString().slice(0, 10)}`;

  async function add(reads: readonly KeyReads[], audience: Audience): Promise<void> {
    const counts = reads.filter(({ key }) => audienceOf(key) === audience).flatMap(({ key, times }) => [times, key]);
    if (counts.length === 0) return;
    const name = nameOf(Date.now(), audience);
    await breaker.attempt(() => addReads(name, KEPT_KEYS, 2 * DAY_MS, ...counts));
  }

  async function readsOf(name: string, many: number): Promise<KeyReads[]> {
    const ranked = await breaker.attempt(() => redis.zrevrange(name, 0, many - 1, 'WITHSCORES'));
    if (ranked === AWAY) return [];
    return ranked.flatMap((key, at) => (at % 2 === 0 ? [{ key, times: Number(ranked[at + 1]) }] : []));
  }

  return {
    async report(reads) {
      await Promise.all(AUDIENCES.map((audience) => add(reads, audience)));
    },
    async top(many) {
      const now = Date.now();
      const names = AUDIENCES.flatMap((audience) => [nameOf(now, audience), nameOf(now - DAY_MS, audience)]);
      const found = await Promise.all(names.map((name) => readsOf(name, many)));
      const times = new Map<string, number>();
      for (const read of found.flat()) times.set(read.key, (times.get(read.key) ?? 0) + read.times);
      const reads = [...times].map(([key, sum]): KeyReads => ({ key, times: sum }));
      return mostRead(reads, many).map(({ key }) => key);
    },
  };
}
