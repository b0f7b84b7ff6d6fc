/**
 * The sampler: compares some of the hits with what the database answers, so that an entry that was served wrongly shows
 * up as a number, whatever made it wrong. Of what the cache relies on it trusts the log alone.
 *
 * A row may change between the hit and the second read, so that the two differ by right. Then the log tells: the
 * follower catches up with all that the second read can have seen, and if it still calls the entry fresh, nothing
 * explains the difference.
 *
 * It makes one comparison at a time, in the background; hits that come meanwhile are not compared.
 */
import type { Follower } from '../freshness/follower.ts';
import type { Entry } from './entry.ts';
import type { ReadSource } from './query.ts';
import { judge } from './verdict.ts';

export interface HitSamplerOptions {
  readonly follower: Follower;
  /** Of so many hits one is compared; of 0, none. */
  readonly oneIn: number;
  /** Runs what belongs to no request. */
  readonly background: (work: () => Promise<void>) => void;
  /** Told of an entry that differs without a reason. */
  readonly onInconsistent: (entry: Entry) => void;
}

export interface HitSamplerStats {
  readonly compared: number;
  readonly inconsistent: number;
}

export class HitSampler {
  readonly #options: HitSamplerOptions;
  readonly #stats = { compared: 0, inconsistent: 0 };
  #isBusy = false;

  constructor(options: HitSamplerOptions) {
    this.#options = options;
  }

  get stats(): HitSamplerStats {
    return this.#stats;
  }

  /** Whether the hit that is being answered is to be compared. */
  isDue(): boolean {
    const { oneIn } = this.#options;
    return oneIn > 0 && !this.#isBusy && Math.random() * oneIn < 1;
  }

  /** Compares an entry that is being served. @param source reads what the entry was made from. */
  compare(entry: Entry, source: ReadSource): void {
    this.#isBusy = true;
    const done = () => {
      this.#isBusy = false;
    };
    // A read that fails says nothing of the entry.
    this.#options.background(() => this.#compare(entry, source).then(done, done));
  }

  async #compare(entry: Entry, source: ReadSource): Promise<void> {
    const { follower, onInconsistent } = this.#options;
    const { status, body } = await source.load();
    if (!(await follower.catchUp()) || judge(follower, entry) === 'outdated') return;
    this.#stats.compared += 1;
    if (status === entry.status && body === entry.bodies.identity.toString()) return;
    this.#stats.inconsistent += 1;
    onInconsistent(entry);
  }
}
