/**
 * The rollout: the share of viewers whose requests use the cache. A viewer in the share stays in it while the share
 * stays the same or grows.
 */
import { fnv1a } from './fnv1a.ts';

const STEPS = 10_000;

/** @param percent from 0 to 100. @param name distinguishes viewers. */
export function isWithin(percent: number, name: string): boolean {
  if (percent >= 100) return true;
  return percent > 0 && fnv1a(name) % STEPS < (percent * STEPS) / 100;
}
