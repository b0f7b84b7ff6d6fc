/** FNV-1a: 32 bits of a text, spread evenly. It tells texts apart where a collision costs little; it is no secret. */
export function fnv1a(text: string): number {
  let sum = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) sum = Math.imul(sum ^ text.charCodeAt(at), 0x01000193);
  // Mixed once more, for texts that differ in their last character alone.
  return Math.imul(sum ^ (sum >>> 15), 0x2c1b3c6d) >>> 0;
}
