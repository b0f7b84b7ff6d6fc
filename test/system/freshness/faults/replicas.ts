/** Faults of the standbys that answer reads. */
import { setTimeout as rest } from 'node:timers/promises';
import { BOUND_MS } from '../bounds.ts';
import { conninfoOf, openStandby } from '../database.ts';
import type { Faults } from './fault.ts';
import { lostOrdersFault, lostTailFault } from './lost-tail.ts';

const MOST_LAG_MS = 5000;
/** Longer than a probe waits for an answer. */
const HANG_MS = 1500;
/** How long there is no primary. */
const FAILED_MS = 2000;

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
  // The primary is gone for a while, then a standby takes its place, and the replicas follow it. Reads go on all the time.
  async failover({ ground }) {
    const { database, proxy, replicas, stack, writing } = ground;
    const heir = await openStandby(stack, database);
    // They get the log from it, so that none has more of the log than it has.
    await Promise.all(replicas.map((replica) => replica.follow(conninfoOf(heir.url))));
    await writing.hold(async () => {
      // A change that no instance has read the log for is unknown until there is a primary again.
      await rest(BOUND_MS);
      ground.hasNoPrimary = true;
      proxy.fail();
      await rest(FAILED_MS);
      await heir.promote();
      proxy.moveTo(heir.url);
      await database.moveTo(heir.url);
      proxy.recover();
      ground.hasNoPrimary = false;
    });
  },
  'lost-tail': lostTailFault,
  'lost-orders': lostOrdersFault,
};
