/** Faults of the standbys that answer reads. */
import { setTimeout as rest } from 'node:timers/promises';
import type { Faults } from './fault.ts';

const MOST_LAG_MS = 5000;
/** Longer than a probe waits for an answer. */
const HANG_MS = 1500;

export const REPLICA_FAULTS: Faults = {
  // Each by another delay.
  async 'replica-lag'({ ground: { replicas, random } }) {
    await Promise.all(replicas.map((replica) => replica.lag(Math.floor(random.next() * MOST_LAG_MS))));
    await rest(MOST_LAG_MS);
    await Promise.all(replicas.map((replica) => replica.lag(0)));
  },
  // One stands still with its connections open, then all.
  async 'replica-freeze'({ ground: { replicas } }) {
    for (const many of [1, replicas.length]) {
      for (const replica of replicas.slice(0, many)) replica.freeze();
      await rest(HANG_MS);
      for (const replica of replicas) replica.thaw();
      await rest(HANG_MS);
    }
  },
  async 'replica-stop'({ ground: { replicas, random } }) {
    const replica = random.pick(replicas);
    await replica.stop();
    await rest(HANG_MS);
    await replica.start();
  },
};
