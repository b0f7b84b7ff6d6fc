/** Dashboards of the slow service: too slow to race, so each round is one of each client; the first warms it up. */
import { startBefore } from '../../support/before-service.ts';
import type { Bench } from '../../support/bench.ts';
import { startLoad } from '../../support/child.ts';
import { cpuOf } from '../../support/cpu.ts';
import type { Mixed } from '../../support/load.ts';
import type { Turns } from '../../support/race.ts';
import type { ColdGround } from './ground.ts';

/** At once. */
const CLIENTS = 4;

export async function runBefore({ stack, quick }: Bench, { beforeUrl, users }: ColdGround): Promise<Turns> {
  const { address, pid } = await startBefore(stack, beforeUrl);
  const load = startLoad(stack);
  const requests = users.map((user) => ({ path: `/v1/users/${user}/dashboard` }));
  const mix = { url: address, connections: CLIENTS, seconds: 0, headers: {}, requests };
  const answerAll = () => load.ask<Mixed>('mix', { ...mix, each: 1 });
  if (!quick) await answerAll();
  const turns = [];
  for (let round = 1; round <= (quick ? 1 : 2); round += 1) {
    const before = cpuOf(pid);
    const turn = await answerAll();
    const after = cpuOf(pid);
    if (turn.failures > 0) throw new Error('The slow service fails.');
    turns.push({ ...turn, nodeCpu: before === undefined || after === undefined ? undefined : after - before });
  }
  return new Map([['before', turns]]);
}
