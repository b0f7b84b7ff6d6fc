/** The faults by name, and how they are brought about: one after another, each over before the next begins. */
import type { CheckStage } from '../stage.ts';
import { collationsFault } from './collations.ts';
import { virtualFault } from './columns.ts';
import { copyFault } from './copy.ts';
import { cutoverFault } from './cutover.ts';
import type { Faults } from './fault.ts';
import { INSTANCE_FAULTS } from './instances.ts';
import { LINK_FAULTS } from './links.ts';
import { LOAD_FAULTS } from './load.ts';
import { partitionsFault } from './partitions.ts';
import { purgeFault } from './purge.ts';
import { REDIS_FAULTS } from './redis.ts';
import { REPLICA_FAULTS } from './replicas.ts';
import { ddlFault } from './schema.ts';
import { trimFault } from './trim.ts';

export const FAULTS: Faults = {
  ...REDIS_FAULTS,
  ...LINK_FAULTS,
  ...INSTANCE_FAULTS,
  ...LOAD_FAULTS,
  trim: trimFault,
  purge: purgeFault,
  ddl: ddlFault,
  virtual: virtualFault,
  collations: collationsFault,
  partitions: partitionsFault,
  copy: copyFault,
  cutover: cutoverFault,
};

export const FAULT_NAMES = Object.keys(FAULTS);

/** The faults of a check with standbys alone. */
export const REPLICA_FAULT_NAMES = Object.keys(REPLICA_FAULTS);

const ALL_FAULTS: Faults = { ...FAULTS, ...REPLICA_FAULTS };

const PAUSE_MS = 1000;

/** A fault that fails is the last, because it has not undone its changes. @param onFault gets each fault before it begins. */
export async function injectFaults(stage: CheckStage, names: readonly string[], onFault: (name: string) => void) {
  const { ground } = stage;
  const random = ground.random.fork();
  let left: string[] = [];
  while (names.length > 0 && !ground.isOver()) {
    await random.pause(PAUSE_MS);
    // Each has had its turn before any has it again.
    if (left.length === 0) left = [...names];
    const name = random.pick(left);
    left = left.filter((other) => other !== name);
    onFault(name);
    try {
      await ALL_FAULTS[name]!(stage);
    } catch (error) {
      stage.tally.failures.push(`The fault "${name}": ${(error as Error).stack}`);
      return;
    }
  }
}
