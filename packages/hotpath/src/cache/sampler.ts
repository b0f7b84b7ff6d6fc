/**
 * The sampler: compares some of the hits with what the database answers, so that an entry that was served wrongly shows
 * up as a number, whatever made it wrong. It takes nothing for granted that the cache relies on, but the log.
 *
 * A row may change between the hit and the second look, so that the two differ by right. Then the log tells: the
 * follower catches up with all that the second look can have seen, and if it still calls the entry fresh, nothing
 * explains the difference.
 *
 * One comparison at a time, away from any request; what comes meanwhile is let go.
 */
import type { Follower } from '../freshness/follower.ts';
import type { Entry, Reading } from './entry.ts';
import { judge } from './verdict.ts';

export interface SamplerOptions {
  readonly follower: Follower;
  /** Of so many hits one is compared; of 0, none. */
  readonly oneIn: number;
  /** Runs what belongs to no request. */
  readonly background: (work: () => Promise<void>) => void;
  /** Told of an entry that differs without a reason. */
  readonly onInconsistent: (entry: Entry) => void;
}

export interface Sampler {
  /** Whether the hit that is being answered is to be compared. */
  isDue(): boolean;
  /** Compares an entry that is being served. @param read reads what it was made from again. */
  compare(entry: Entry, read: () => Promise<Reading>): void;
  readonly stats: SamplerStats;
}

export interface SamplerStats {
  readonly compared: number;
  readonly inconsistent: number;
}

export function createSampler({ follower, oneIn, background, onInconsistent }: SamplerOptions): Sampler {
  const stats = { compared: 0, inconsistent: 0 };
  let isBusy = false;

  async function compare(entry: Entry, read: () => Promise<Reading>): Promise<void> {
    const { status, body } = await read();
    if (!(await follower.catchUp()) || judge(follower, entry) === 'outdated') return;
    stats.compared += 1;
    if (status === entry.status && body === entry.bodies.identity.toString()) return;
    stats.inconsistent += 1;
    onInconsistent(entry);
  }

  return {
    isDue: () => oneIn > 0 && !isBusy && Math.random() * oneIn < 1,
    compare(entry, read) {
      isBusy = true;
      const done = () => {
        isBusy = false;
      };
      // A read that fails says nothing of the entry.
      background(() => compare(entry, read).then(done, done));
    },
    stats,
  };
}
