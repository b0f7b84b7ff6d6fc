/**
 * The sampler: compares some of the hits with the answer of the database, so that a wrongly served entry shows up as a
 * number, whatever the cause. Of the parts that the cache relies on, the sampler trusts only the log.
 *
 * A row may change between the hit and the second read, and then the two rightly differ. So the sampler asks the log:
 * the follower catches up with everything that the second read can have seen. If the follower still calls the entry
 * fresh, nothing explains the difference.
 *
 * The sampler makes one comparison at a time, in the background. It does not compare hits that come meanwhile.
 */
import type { Follower } from '../freshness/follower.ts';
import type { Entry } from './entry.ts';
import type { ReadSource } from './query.ts';
import { judge } from './verdict.ts';

export interface HitSamplerOptions {
  readonly follower: Follower;
  /** Compares one hit in this number of hits; 0 compares none. */
  readonly oneIn: number;
  /** Runs work that belongs to no request. */
  readonly background: (work: () => Promise<void>) => void;
  /** Called with an entry that differs without a reason. */
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

  /** Whether the current hit is to be compared. */
  isDue(): boolean {
    const { oneIn } = this.#options;
    return oneIn > 0 && !this.#isBusy && Math.random() * oneIn < 1;
  }

  /** Compares an entry that is being served. @param source reads the data that the entry was made from. */
  compare(entry: Entry, source: ReadSource): void {
    this.#isBusy = true;
    const done = () => {
      this.#isBusy = false;
    };
    // A failed read says nothing about the entry.
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
