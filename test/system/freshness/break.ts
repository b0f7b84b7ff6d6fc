/**
 * Loaded before an instance, to see that the check can fail: a follower that misses every fifth change, as one that
 * asked for ids above the latest it had seen would.
 */
import { Memory } from '../../../src/engine/freshness/memory.ts';

const { learn } = Memory.prototype;
let learned = 0;

Memory.prototype.learn = function (change, seen) {
  learned += 1;
  if (learned % 5 !== 0) learn.call(this, change, seen);
};
