/**
 * A change: a user's name, by one client that sends the next change when it has the answer to the last. Beside the service runs
 * `pgbench` with the bare UPDATE, on the same table with the same triggers.
 */
import { join } from 'node:path';
import type { Bench, Report, Section } from '../../support/bench.ts';
import { startChild, startLoad } from '../../support/child.ts';
import { cpuOf } from '../../support/cpu.ts';
import { headersFor, productionEnvironment } from '../../support/environment.ts';
import type { Mixed } from '../../support/load.ts';
import { pgbenchVersion } from '../../support/pgbench.ts';
import {
  median,
  perOperation,
  type Racer,
  race,
  rate,
  ratesOf,
  ratio,
  type Turns,
  wideRounds,
} from '../../support/race.ts';
import { shown, type Table } from '../../support/table.ts';
import { LOGGED, prepareWriteGround, startPgbench } from '../writes/ground.ts';
import type { Workload } from '../writes/workloads.ts';

const USERS = 2000;
const BARE: Workload = {
  name: 'a change',
  connections: 1,
  goal: 0,
  script: `\\set user random(1, ${USERS})
UPDATE users SET name = 'Name ' || random(), version = version + 1 WHERE id = :user;`,
};

export const change: Section = {
  summary: 'a PATCH by one client, in one trip to the database and in two, beside the bare UPDATE by pgbench',
  size: 'small',
  async run(bench) {
    const pgbench = await pgbenchVersion(bench.stack);
    if (!pgbench)
      throw new Error('The UPDATE is sent by pgbench, which is not on PATH: apt install postgresql-contrib.');
    const ground = await prepareWriteGround(bench, { windowMs: 60_000 });
    const racers = await startPgbench(ground, BARE);
    const bare = racers.find(({ name }) => name === LOGGED)!;
    const services = await startServices(bench, ground.urls[LOGGED]!);
    const options = bench.quick
      ? { rounds: 1, seconds: 1, warmUpSeconds: 1 }
      : { rounds: 9, seconds: 3, warmUpSeconds: 6 };
    const turns = await race([{ ...bare, name: 'pgbench' }, ...services], {
      ...options,
      postmaster: ground.postmaster,
      log: bench.log,
    });
    return {
      facts: { postgres: ground.version, pgbench, fsync: ground.fsync },
      tables: [tableOf(turns)],
      warnings: wideRounds(turns),
      figures: { change: ratesOf(turns, 'pgbench') },
      data: Object.fromEntries(turns),
    } satisfies Report;
  },
};

async function startServices({ stack }: Bench, url: string): Promise<Racer[]> {
  const environment = productionEnvironment(url);
  const child = startChild(stack, { file: join(import.meta.dirname, 'change-child.ts'), environment });
  const address = await child.ask<string>('address');
  const load = startLoad(stack);
  const headers = { ...headersFor(environment), 'content-type': 'application/json' };
  const racer = (name: string, path: string): Racer => ({
    name,
    async run(seconds) {
      const requests = Array.from({ length: USERS }, (_, index) => ({
        path: path.replace(':id', String(index + 1)),
        method: 'PATCH' as const,
        body: JSON.stringify({ name: `Name ${Math.random()}` }),
      }));
      const before = cpuOf(child.pid);
      const turn = await load.ask<Mixed>('mix', { url: address, connections: 1, seconds, headers, requests });
      if (turn.failures > 0) throw new Error(`Changes failed: ${JSON.stringify(turn.reasons)}.`);
      const after = cpuOf(child.pid);
      return { ...turn, nodeCpu: before === undefined || after === undefined ? undefined : after - before };
    },
  });
  return [racer('oneTrip', '/v1/users/:id'), racer('twoTrips', '/bench/users/:id')];
}

const NAMES: Readonly<Record<string, string>> = {
  pgbench: 'the bare UPDATE, by pgbench',
  oneTrip: 'PATCH, one trip',
  twoTrips: 'PATCH, two trips',
};

function tableOf(turns: Turns): Table {
  return {
    title: 'A change by one client',
    columns: ['', 'ms', 'times the UPDATE', 'Node.js us', 'PostgreSQL us'],
    rows: [...turns].map(([name, each]) => [
      NAMES[name]!,
      shown(1000 / median(each.map(rate)), 2),
      shown(1 / ratio(turns, name, 'pgbench')!, 2),
      shown(perOperation(each, 'nodeCpu')),
      shown(perOperation(each, 'postgresCpu')),
    ]),
  };
}
