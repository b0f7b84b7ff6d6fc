/** The rollout: which share of viewers is on the cache. A viewer stays where he is while the share stays, and when it grows. */
import { fnv1a } from './fnv1a.ts';

const STEPS = 10_000;

/** @param percent from 0 to 100. @param name tells viewers apart. */
export function isWithin(percent: number, name: string): boolean {
  if (percent >= 100) return true;
  return percent > 0 && fnv1a(name) % STEPS < (percent * STEPS) / 100;
}
