/** The outputs that a compiler has planned for a frozen `select`, with its values, so that each is planned once. */
import type { Model } from '../../model/data-model.ts';
import type { Output } from './plan.ts';

/** The input of the outputs, beside the `select`. */
export interface OutputSource {
  readonly model: Model;
  readonly computed: unknown;
}

interface PlannedOutputs extends OutputSource {
  readonly outputs: readonly Output[];
  /** The values of the `select`, and the number of values before them, from which their slots follow. */
  readonly values: readonly unknown[];
  readonly before: number;
}

export class OutputMemory {
  readonly #planned = new WeakMap<object, PlannedOutputs>();
  #count = 0;

  /**
   * The outputs that were planned for a `select`, if their slots are free.
   * @param values the values of the planning so far, which get those of the `select`.
   */
  get(select: object, { model, computed }: OutputSource, values: unknown[]): readonly Output[] | undefined {
    const known = this.#planned.get(select);
    if (known?.model !== model || known.computed !== computed) return undefined;
    if (known.values.length > 0) {
      if (known.before !== values.length) return undefined;
      values.push(...known.values);
    }
    return known.outputs;
  }

  /**
   * @param values the values of the planning so far; those of the `select` are the last of them.
   * @param before the number of values before those of the `select`.
   * @returns the outputs, which a plan's key names by a number instead of at their length.
   */
  set(select: object, outputs: readonly Output[], { before, values, ...source }: Planning): readonly Output[] {
    this.#count += 1;
    const name = `outputs ${this.#count}`;
    const named = Object.defineProperty([...outputs], 'toJSON', { value: () => name });
    this.#planned.set(select, { ...source, outputs: named, values: values.slice(before), before });
    return named;
  }
}

interface Planning extends OutputSource {
  readonly values: readonly unknown[];
  readonly before: number;
}
