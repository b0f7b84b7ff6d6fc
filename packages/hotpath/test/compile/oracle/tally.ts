/** Counts the results of a run's cases, and judges whether they prove anything. */
import type { Verdict } from './oracle.ts';

/** A run proves something if both sides answered this number of its cases, and this number of the answers had rows. */
const LEAST_ANSWERED = 0.8;
const LEAST_WITH_ROWS = 0.3;
/** The number of reasons that are printed. */
const MOST_REASONS = 12;

export class Tally {
  equal = 0;
  /** The equal answers with at least one row. */
  withRows = 0;
  readonly #reasons = new Map<string, number>();
  #cases = 0;

  get cases(): number {
    return this.#cases;
  }

  add(verdict: Verdict): void {
    this.#cases += 1;
    if (verdict.kind === 'equal') {
      this.equal += 1;
      if (verdict.rows > 0) this.withRows += 1;
    } else if ('reason' in verdict) {
      const reason = `${verdict.kind}: ${verdict.reason}`;
      this.#reasons.set(reason, (this.#reasons.get(reason) ?? 0) + 1);
    }
  }

  /** A line for the answers, and one for each reason of refusals, the most frequent first. */
  lines(): string[] {
    const reasons = [...this.#reasons].sort(([, one], [, other]) => other - one);
    const shown = reasons.slice(0, MOST_REASONS).map(([reason, times]) => `${times} ${reason}`);
    const rest = reasons.slice(MOST_REASONS).reduce((sum, [, times]) => sum + times, 0);
    return [
      `${this.equal} equal, ${this.withRows} of them with rows`,
      ...shown,
      ...(rest > 0 ? [`${rest} refused for other reasons`] : []),
    ];
  }

  /** Why the run proves nothing; `undefined` if it proves something. */
  doubt(): string | undefined {
    if (this.equal < LEAST_ANSWERED * this.#cases)
      return `The run proves little: ${this.#cases - this.equal} of ${this.#cases} cases were refused.`;
    if (this.withRows < LEAST_WITH_ROWS * this.equal)
      return `The run proves little: only ${this.withRows} of ${this.equal} answers have rows.`;
    return undefined;
  }
}
