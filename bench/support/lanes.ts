/** Work in a process of its own, without HTTP, in a number of lanes: each begins its next operation when its last is done. */
import type { Turn } from './race.ts';

export interface Lanes {
  /** The subjects of the operations, in turn. */
  readonly subjects: readonly number[];
  readonly seconds: number;
  readonly lanes: number;
}

export type LaneTurn = Turn & { readonly nodeCpu: number };

/**
 * The rate is measured with all lanes, the CPU time an operation after that with one: where lanes keep PostgreSQL busy
 * on every processor, a microsecond of CPU does less, for some contenders more than for others.
 */
export async function measureLanes(lanes: Lanes, operate: (subject: number) => Promise<unknown>): Promise<LaneTurn> {
  const { nodeCpu: _, ...together } = await workInLanes(lanes, operate);
  const alone = await workInLanes({ ...lanes, seconds: lanes.seconds / 3, lanes: 1 }, operate);
  return {
    ...together,
    allOperations: together.operations + alone.operations,
    nodeCpu: (alone.nodeCpu / alone.operations) * together.operations,
  };
}

async function workInLanes(
  { subjects, seconds, lanes }: Lanes,
  operate: (subject: number) => Promise<unknown>,
): Promise<LaneTurn> {
  let operations = 0;
  const startedAt = performance.now();
  const cpuBefore = process.cpuUsage();
  const lane = async () => {
    while (performance.now() - startedAt < seconds * 1000) await operate(subjects[operations++ % subjects.length]!);
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  const { user, system } = process.cpuUsage(cpuBefore);
  return { operations, seconds: (performance.now() - startedAt) / 1000, nodeCpu: user + system };
}
