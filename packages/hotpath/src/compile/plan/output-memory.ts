/** The outputs that a compiler has planned for a frozen `select`, so that each is planned once. */
import type { Model } from '../../model/data-model.ts';
import type { Output } from './plan.ts';

/** The input of the outputs, beside the `select`. */
export interface OutputSource {
  readonly model: Model;
  readonly computed: unknown;
}

interface PlannedOutputs extends OutputSource {
  readonly outputs: readonly Output[];
}

export class OutputMemory {
  readonly #planned = new WeakMap<object, PlannedOutputs>();
  #count = 0;

  get(select: object, { model, computed }: OutputSource): readonly Output[] | undefined {
    const known = this.#planned.get(select);
    return known?.model === model && known.computed === computed ? known.outputs : undefined;
  }

  /** @returns the outputs, which a plan's key names by a number instead of at their length. */
  set(select: object, source: OutputSource, outputs: readonly Output[]): readonly Output[] {
    this.#count += 1;
    const name = `outputs ${this.#count}`;
    const named = Object.defineProperty([...outputs], 'toJSON', { value: () => name });
    this.#planned.set(select, { ...source, outputs: named });
    return named;
  }
}
