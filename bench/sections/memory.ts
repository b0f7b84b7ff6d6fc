/** Memory: what the service keeps resident at rest, under load, and after; and how long it takes to start. */
import { setTimeout as pause } from 'node:timers/promises';
import type { Section } from '../support/bench.ts';
import { median } from '../support/race.ts';
import { residentBytes } from '../support/resident.ts';
import { shown } from '../support/table.ts';
import { startTarget, type Target } from './scale/target.ts';

const SAMPLE_MS = 100;
const CONNECTIONS = 100;

export const memory: Section = {
  summary: 'resident memory at rest, under load and after, and the time to start',
  async run(bench) {
    const { starts, seconds, restSeconds } = bench.quick
      ? { starts: 2, seconds: 3, restSeconds: 2 }
      : { starts: 5, seconds: 20, restSeconds: 15 };
    const times: number[] = [];
    const targets: Target[] = [];
    for (let start = 0; start < starts; start += 1) {
      const target = await startTarget(bench, {});
      targets.push(target);
      times.push(target.server.startMs);
    }
    const { server, send } = targets.at(-1)!;
    await pause(restSeconds * 1000);
    const rest = residentBytes(server.pid);
    if (rest === undefined) throw new Error('Resident memory is read from /proc, which this system does not have.');
    const load = await mostOf(server.pid, send({ connections: CONNECTIONS, seconds }));
    await pause(restSeconds * 1000);
    const figures = { memory: { rest, load, after: residentBytes(server.pid)! }, startMs: median(times) };
    const megabytes = Object.values(figures.memory).map((bytes) => shown(bytes / 2 ** 20));
    return {
      facts: { connections: CONNECTIONS },
      tables: [
        {
          title: 'Resident memory in MB, and the start in ms',
          columns: ['', 'at rest', 'under load', 'after', 'ready after ms'],
          rows: [['hotpath', ...megabytes, shown(figures.startMs)]],
        },
      ],
      warnings: [],
      figures,
      data: { startMs: times },
    };
  },
};

/** The most that a process holds until the work is done. */
async function mostOf(pid: number, work: Promise<unknown>): Promise<number> {
  let most = 0;
  let isDone = false;
  const done = work.finally(() => {
    isDone = true;
  });
  while (!isDone) {
    most = Math.max(most, residentBytes(pid) ?? 0);
    await Promise.race([done, pause(SAMPLE_MS)]);
  }
  await done;
  return most;
}
