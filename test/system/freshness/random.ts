/** Random choices that a seed repeats. */
export interface Random {
  /** From 0 to 1. */
  next(): number;
  pick<T>(from: readonly T[]): T;
  /** As `pick`, but earlier elements are likelier: element n comes 1/n as often as the first. */
  pickEarly<T>(from: readonly T[]): T;
  /** @param most milliseconds. */
  pause(most: number): Promise<void>;
  /** Others that do not depend on how this one is used. */
  fork(): Random;
}

export function createRandom(seed: number): Random {
  let state = seed | 1;
  function next(): number {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }
  return {
    next,
    pick: (from) => from[Math.floor(next() * from.length)]!,
    pickEarly: (from) => from[Math.floor(from.length ** next()) - 1]!,
    pause: (most) => new Promise((resolve) => setTimeout(resolve, next() * most)),
    fork: () => createRandom(Math.floor(next() * 2 ** 31)),
  };
}
