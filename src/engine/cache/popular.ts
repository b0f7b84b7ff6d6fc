/**
 * The most read keys, added up over all processes: each tells Redis now and then what was read most from its memory.
 * They are kept by day, so that what was popular once is forgotten, and only so many, the fewest reads left out first.
 */
import { AWAY } from './breaker.ts';
import type { Remote } from './l2.ts';

/** A key, and how often it was read from memory since it was last told of. */
export interface Read {
  readonly key: string;
  readonly times: number;
}

export interface Popular {
  /** Never rejects. */
  tell(reads: readonly Read[]): Promise<void>;
  /** The most read of today and yesterday, most first; none while Redis is away. */
  top(many: number): Promise<string[]>;
}

const DAY_MS = 86_400_000;
const KEPT_KEYS = 10_000;

/**
 * KEYS[1]  the reads of a day
 * ARGV[1]  how many keys are kept
 * ARGV[2]  for how long, in milliseconds
 * ARGV[3…] reads and keys, in turn
 */
const ADD = `
  for at = 3, #ARGV, 2 do redis.call('zincrby', KEYS[1], ARGV[at], ARGV[at + 1]) end
  redis.call('zremrangebyrank', KEYS[1], 0, -1 - ARGV[1])
  redis.call('pexpire', KEYS[1], ARGV[2])
`;

export function createPopular({ redis, breaker, namespace }: Remote): Popular {
  const nameOf = (time: number) => `hotpath:${namespace}:{popular}:${new Date(time).toISOString().slice(0, 10)}`;

  async function readsOf(time: number, many: number): Promise<Read[]> {
    const told = await breaker.attempt(() => redis.zrevrange(nameOf(time), 0, many - 1, 'WITHSCORES'));
    if (told === AWAY) return [];
    return told.flatMap((key, at) => (at % 2 === 0 ? [{ key, times: Number(told[at + 1]) }] : []));
  }

  return {
    async tell(reads) {
      if (reads.length === 0) return;
      const told = reads.flatMap(({ key, times }) => [times, key]);
      await breaker.attempt(() => redis.eval(ADD, 1, nameOf(Date.now()), KEPT_KEYS, 2 * DAY_MS, ...told));
    },
    async top(many) {
      const now = Date.now();
      const days = await Promise.all([readsOf(now, many), readsOf(now - DAY_MS, many)]);
      const times = new Map<string, number>();
      for (const read of days.flat()) times.set(read.key, (times.get(read.key) ?? 0) + read.times);
      const keys = [...times].sort(([, one], [, other]) => other - one).map(([key]) => key);
      return keys.slice(0, many);
    },
  };
}
