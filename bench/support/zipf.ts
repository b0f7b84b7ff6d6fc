/**
 * Draws by Zipf's law: of n things in the order of their popularity, the one at place p is drawn with a weight of 1/p.
 * The same seed gives the same draws on every machine.
 */
export interface Draws {
  readonly seed: number;
  readonly count: number;
}

export function zipf<Thing>(things: readonly Thing[], { seed, count }: Draws): Thing[] {
  const random = randomNumbers(seed);
  const sums: number[] = [];
  for (const place of things.keys()) sums.push((sums.at(-1) ?? 0) + 1 / (place + 1));
  return Array.from({ length: count }, () => things[placeOf(sums, random() * sums.at(-1)!)]!);
}

/** The first place whose sum is above the number. */
function placeOf(sums: readonly number[], number: number): number {
  let [low, high] = [0, sums.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sums[middle]! > number) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Marsaglia's xorshift: the same numbers from 0 to 1 for the same seed. */
export function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}
