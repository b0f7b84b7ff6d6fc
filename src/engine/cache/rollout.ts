/** The rollout: which share of viewers is on the cache. A viewer stays where he is while the share stays, and when it grows. */

const STEPS = 10_000;

/** @param percent from 0 to 100. @param name tells viewers apart. */
export function isWithin(percent: number, name: string): boolean {
  if (percent >= 100) return true;
  return percent > 0 && fnv1a(name) % STEPS < (percent * STEPS) / 100;
}

function fnv1a(text: string): number {
  let sum = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) sum = Math.imul(sum ^ text.charCodeAt(at), 0x01000193);
  // Mixed once more, for names that differ in their last character alone.
  return Math.imul(sum ^ (sum >>> 15), 0x2c1b3c6d) >>> 0;
}
