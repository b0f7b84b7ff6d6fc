/** Tracing: what it takes of requests that are answered from memory, by the share of them that is traced. */
import { join } from 'node:path';
import type { Bench, Report, Section } from '../support/bench.ts';
import { startChild } from '../support/child.ts';
import { cpuOf } from '../support/cpu.ts';
import { openBenchDatabase } from '../support/database.ts';
import { headersFor, productionEnvironment } from '../support/environment.ts';
import type { Loaded } from '../support/load.ts';
import { median, perOperation, type Racer, race, rate, ratesOf, ratio, spread, type Turns } from '../support/race.ts';
import { startService } from '../support/service.ts';
import { shown, type Table } from '../support/table.ts';

/** Clients of a server at once. */
const CLIENTS = 20;
/** Whose dashboards are asked for, in turn. */
const USERS = 50;

const SHARES = { off: undefined, one: '0.01', all: '1' };

export const tracing: Section = {
  summary: 'cached dashboards with tracing off, and with 1% and all of the requests traced',
  async run(bench) {
    const { url, version, postmaster } = await openBenchDatabase(bench, 'small');
    const racers = await startRacers(bench, url);
    const turns = await race(racers, optionsOf(bench, postmaster));
    return {
      facts: { postgres: version },
      tables: [tableOf(turns)],
      warnings: [],
      figures: { tracing: ratesOf(turns, 'off') },
      data: Object.fromEntries(turns),
    } satisfies Report;
  },
};

const optionsOf = ({ quick, log }: Bench, postmaster: number | undefined) => ({
  ...(quick ? { rounds: 2, seconds: 1, warmUpSeconds: 1 } : { rounds: 7, seconds: 3, warmUpSeconds: 3 }),
  postmaster,
  log,
});

/** One service a share, all on one database and one collector. */
async function startRacers({ stack }: Bench, url: string): Promise<Racer[]> {
  const collector = startChild(stack, { file: join(import.meta.dirname, 'tracing/collector-child.ts') });
  const endpoint = await collector.ask<string>('address');
  const environment = productionEnvironment(url);
  const headers = headersFor(environment);
  const paths = Array.from({ length: USERS }, (_, index) => `/v1/users/${index + 1}/dashboard`);
  const load = startChild(stack, { file: join(import.meta.dirname, '../support/load.ts') });
  const racers: Racer[] = [];
  for (const [name, share] of Object.entries(SHARES)) {
    const traced = share && { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_TRACES_SAMPLER_ARG: share };
    const { address, pid } = await startService(stack, { name, environment: { ...environment, ...traced } });
    const run = async (seconds: number) => {
      const before = cpuOf(pid);
      const turn = await load.ask<Loaded>('load', { url: address, connections: CLIENTS, seconds, headers, paths });
      const after = cpuOf(pid);
      return { ...turn, nodeCpu: before === undefined || after === undefined ? undefined : after - before };
    };
    racers.push({ name, run });
  }
  return racers;
}

const NAMES: Readonly<Record<string, string>> = { off: 'off', one: '1%', all: '100%' };

function tableOf(turns: Turns): Table {
  return {
    title: `Cached dashboards, ${CLIENTS} connections`,
    columns: ['traced', 'req/s', 'spread', 'of off', 'p95 ms', 'Node.js us/req'],
    rows: [...turns].map(([name, each]) => {
      const rates = each.map(rate);
      return [
        NAMES[name]!,
        shown(median(rates)),
        `±${shown(spread(rates) * 100)}%`,
        `${shown(ratio(turns, name, 'off'), 2)} x`,
        shown(median(each.map(({ p95 }) => p95!)), 1),
        shown(perOperation(each, 'nodeCpu'), 1),
      ];
    }),
  };
}
