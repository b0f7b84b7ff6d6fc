/** Faults of an instance. */
import { setTimeout as rest } from 'node:timers/promises';
import type { Faults } from './fault.ts';

/** After it continues, an instance reports the length of the pause. */
const TOLD_MS = 500;

export const INSTANCE_FAULTS: Faults = {
  // It ends as in a crash, and starts again on its port.
  async 'instance-kill'({ ground: { instances, random } }) {
    const instance = random.pick(instances);
    instance.isDown = true;
    await instance.kill();
    await instance.start();
    instance.isDown = false;
  },
  // It stands still for longer than the bound, as a process does whose machine is moved.
  async 'instance-stop'({ ground: { instances, random } }) {
    const instance = random.pick(instances);
    instance.isStopped = true;
    instance.pause();
    await rest(500);
    instance.resume();
    await rest(TOLD_MS);
    instance.isStopped = false;
  },
};
