/**
 * A cutover: a standby that has everything takes over behind the address. No connection is cut, and the old server goes
 * on, so that an instance may follow the one server and read the other.
 */
import { setTimeout as rest } from 'node:timers/promises';
import { BOUND_MS, CONNECTION_MS } from '../bounds.ts';
import { conninfoOf, openStandby } from '../database.ts';
import type { Fault } from './fault.ts';

/** How long a busy machine may take to open a connection. */
const SLACK_MS = 1000;
/** Until then an instance may follow the old server. */
const MOVED_MS = CONNECTION_MS + BOUND_MS + SLACK_MS;

export const cutoverFault: Fault = async ({ ground }) => {
  const { database, journal, proxy, writing, stack, replicas } = ground;
  const standby = await openStandby(stack, database);
  // They get the log from it, so that none has more of the log than it has.
  await Promise.all(replicas.map((replica) => replica.follow(conninfoOf(standby.url))));
  let settled: Promise<void> | undefined;
  await writing.hold(async (keep) => {
    await standby.promote();
    ground.isMoving = true;
    proxy.moveTo(standby.url);
    await database.moveTo(standby.url);
    journal.excuseUntil(performance.now() + MOVED_MS);
    settled = keep(() => rest(MOVED_MS));
  });
  await settled;
  ground.isMoving = false;
};
