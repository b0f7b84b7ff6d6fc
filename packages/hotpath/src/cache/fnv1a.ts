/**
 * FNV-1a: a hash of 32 bits, spread evenly. It distinguishes texts where a collision costs little, and hides nothing.
 */
export function fnv1a(text: string): number {
  let sum = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) sum = Math.imul(sum ^ text.charCodeAt(at), 0x01000193);
  // Mixed once more, for texts that differ only in their last character.
  return Math.imul(sum ^ (sum >>> 15), 0x2c1b3c6d) >>> 0;
}
