/**
 * Tracing: what it takes of requests that are answered from memory, by the share of them that is traced.
 *
 * It is a few parts of a hundred, and two processes that do the same differ by as much: by what V8 has made of the same
 * code, and where it lies in memory. So each share has several processes, which take turns, and there are many short rounds.
 */
import { join } from 'node:path';
import type { Bench, Report, Section } from '../../support/bench.ts';
import { startChild, startLoad } from '../../support/child.ts';
import { cpuOf } from '../../support/cpu.ts';
import { openBenchDatabase } from '../../support/database.ts';
import { headersFor, productionEnvironment } from '../../support/environment.ts';
import type { Loaded } from '../../support/load.ts';
import {
  median,
  perOperation,
  type Racer,
  race,
  rate,
  ratesOf,
  ratio,
  spread,
  type Turn,
  type Turns,
  wideRounds,
} from '../../support/race.ts';
import { type Service, startService } from '../../support/service.ts';
import { shown, type Table } from '../../support/table.ts';

/** Clients of a server at once. */
const CLIENTS = 20;
/** The number of users whose dashboards the clients read, in turn. */
const USERS = 50;

/** Of each share. */
const PROCESSES = 3;

const SHARES = { off: undefined, one: '0.01', all: '1' };

export const tracing: Section = {
  summary: 'cached dashboards with tracing off, and with 1% and all of the requests traced',
  size: 'small',
  async run(bench) {
    const { url, version, postmaster } = await openBenchDatabase(bench, bench.size);
    const racers = await startRacers(bench, url);
    const turns = await race(racers, optionsOf(bench, postmaster));
    return {
      facts: { postgres: version },
      tables: [tableOf(turns)],
      warnings: wideRounds(turns),
      figures: { tracing: ratesOf(turns, 'off') },
      data: Object.fromEntries(turns),
    } satisfies Report;
  },
};

const optionsOf = ({ quick, log }: Bench, postmaster: number | undefined) => ({
  rounds: quick ? 1 : 30,
  seconds: 1,
  warmUpSeconds: 1,
  postmaster,
  log,
});

/** The services of each share, all on one database and one collector, warm. */
async function startRacers(bench: Bench, url: string): Promise<Racer[]> {
  const { stack, quick } = bench;
  const collector = startChild(stack, { file: join(import.meta.dirname, 'collector-child.ts') });
  const endpoint = await collector.ask<string>('address');
  const environment = productionEnvironment(url);
  const runOn = loader(stack, headersFor(environment));
  // A race warms up but one of each.
  const [processes, warmUp] = quick ? [1, 1] : [PROCESSES, 4];
  const shares = Object.entries(SHARES);
  const services = new Map(shares.map(([name]) => [name, [] as Service[]]));
  for (let started = 0; started < processes; started += 1) {
    // No share has all of those that have been there longest.
    for (const [name, share] of started % 2 === 0 ? shares : shares.toReversed()) {
      const traced = share && { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_TRACES_SAMPLER_ARG: share };
      const service = await startService(stack, { name, environment: { ...environment, ...traced } });
      await runOn(service, warmUp);
      services.get(name)!.push(service);
    }
  }
  return [...services].map(([name, each]) => {
    let turns = 0;
    return { name, run: (seconds) => runOn(each[turns++ % each.length]!, seconds) };
  });
}

/** @returns a function that loads a service for a number of seconds. */
function loader(stack: AsyncDisposableStack, headers: Readonly<Record<string, string>>) {
  const paths = Array.from({ length: USERS }, (_, index) => `/v1/users/${index + 1}/dashboard`);
  const load = startLoad(stack);
  return async ({ address, pid }: Service, seconds: number): Promise<Turn> => {
    const before = cpuOf(pid);
    const turn = await load.ask<Loaded>('load', { url: address, connections: CLIENTS, seconds, headers, paths });
    const after = cpuOf(pid);
    return { ...turn, nodeCpu: before === undefined || after === undefined ? undefined : after - before };
  };
}

const NAMES: Readonly<Record<string, string>> = { off: 'off', one: '1%', all: '100%' };

function tableOf(turns: Turns): Table {
  return {
    title: `Cached dashboards, ${CLIENTS} connections`,
    columns: ['traced', 'req/s', 'spread', 'of off', 'p95 ms', 'Node.js us/req', 'of off'],
    rows: [...turns].map(([name, each]) => {
      const rates = each.map(rate);
      return [
        NAMES[name]!,
        shown(median(rates)),
        `±${shown(spread(rates) * 100)}%`,
        `${shown(ratio(turns, name, 'off'), 2)} x`,
        shown(median(each.map(({ p95 }) => p95!)), 1),
        shown(perOperation(each, 'nodeCpu'), 1),
        `${shown(costRatio(turns, name), 2)} x`,
      ];
    }),
  };
}

/** How much CPU time a request takes, as a part of what one without tracing takes: the median over the rounds. */
function costRatio(turns: Turns, name: string): number | undefined {
  const others = turns.get('off')!;
  const ratios = turns.get(name)!.flatMap((turn, round) => {
    const [cost, other] = [turn, others[round]!].map((each) => perOperation([each], 'nodeCpu'));
    return cost === undefined || other === undefined ? [] : [cost / other];
  });
  return ratios.length > 0 ? median(ratios) : undefined;
}
