/** The service as one process and as two, from memory and from the database. */
import type { Bench } from '../../support/bench.ts';
import type { Scale } from '../../support/document.ts';
import { median } from '../../support/race.ts';
import { startTarget, type Target } from './target.ts';

const WORKERS = [1, 2];
const CONNECTIONS = 32;

export async function scaleWorkers(bench: Bench): Promise<Scale['workers']> {
  const { rounds, seconds } = bench.quick ? { rounds: 1, seconds: 0.5 } : { rounds: 3, seconds: 3 };
  const targets = new Map<string, Target>();
  for (const workers of WORKERS) {
    const environment = { WORKERS: String(workers) };
    const [hot, cold] = await Promise.all([
      startTarget(bench, { environment }),
      startTarget(bench, { environment: { ...environment, CACHE_ROLLOUT_PERCENT: '0' } }),
    ]);
    targets.set(`${workers} hot`, hot).set(`${workers} cold`, cold);
  }
  const rates = new Map<string, number[]>([...targets.keys()].map((name) => [name, []]));
  for (let round = 0; round <= rounds; round += 1) {
    for (const [name, { send }] of targets) {
      const { operations, ...run } = await send({ connections: CONNECTIONS, seconds });
      if (round > 0) rates.get(name)!.push(operations / run.seconds);
    }
  }
  const rate = (name: string) => median(rates.get(name)!);
  const workers = WORKERS.map((count) => [count, { hot: rate(`${count} hot`), cold: rate(`${count} cold`) }] as const);
  for (const [count, { hot, cold }] of workers)
    bench.log(`${count} workers: ${Math.round(hot)} a second from memory, ${Math.round(cold)} from the database`);
  return Object.fromEntries(workers);
}
