/**
 * Cold reads without standbys, with one and with two: the CPU time of the primary a read, and the cost of the check. That is
 * the CPU time of all servers and of Node.js with one standby, beyond that without. With two, each gets half of the reads, so
 * fewer of them leave together, which costs something too. Memory keeps nothing, so each read is a fill.
 */
import { openReplication, REPLICATED } from '../../test/support/replication.ts';
import type { Bench, Report, Section } from '../support/bench.ts';
import { startLoad } from '../support/child.ts';
import { cpuOf, cpuOfFamily } from '../support/cpu.ts';
import type { ColdCost, ReplicasResult } from '../support/document.ts';
import { headersFor, productionEnvironment } from '../support/environment.ts';
import type { Loaded } from '../support/load.ts';
import { median, perOperation, type Racer, race, type Turn, type Turns, wideRounds } from '../support/race.ts';
import { type Service, startService } from '../support/service.ts';
import { shown, type Table } from '../support/table.ts';
import { drawUsers } from '../support/users.ts';

const STANDBYS = 2;
/** By the number of standbys. */
const NAMES = ['none', 'one', 'two'] as const;
const CLIENTS = 16;

interface ReplicasTurn extends Turn {
  /** CPU time of all standbys, in microseconds. */
  readonly standbysCpu: number;
}

export const replicas: Section = {
  summary: 'cold reads without standbys, with one and with two: the CPU of the primary, and the cost of the check',
  size: 'tiny',
  async run(bench) {
    const { quick, stack, log, size } = bench;
    const replication = await openReplication({ standbys: STANDBYS, size });
    stack.defer(() => replication.close());
    const { primary, standbys } = replication;
    const url = primary.url(REPLICATED);
    const urls = standbys.map((each) => each.url(REPLICATED));
    const environment = { ...productionEnvironment(url), CACHE_MEMORY_BYTES: '1' };
    const services: Service[] = [];
    for (const [many, name] of NAMES.entries()) {
      const own = many > 0 ? { DATABASE_REPLICA_URLS: urls.slice(0, many).join() } : {};
      services.push(await startService(stack, { name, environment: { ...environment, ...own } }));
    }
    const send = await loadOf(bench, { url, environment });
    const postmasters = standbys.map(({ pid }) => pid!);
    const racers = services.map((service) => racerOf(service, postmasters, send));
    const rounds = { rounds: quick ? 1 : 10, seconds: quick ? 2 : 3, warmUpSeconds: 2 };
    const turns = await race(racers, { ...rounds, postmaster: primary.pid, log });
    const [{ server_version: postgres }] = (await primary.run('SHOW server_version')) as [{ server_version: string }];
    return reportOf(turns, postgres);
  },
};

type Send = (service: Service, seconds: number) => Promise<Turn>;

async function loadOf({ stack }: Bench, { url, environment }: { url: string; environment: Record<string, string> }) {
  const paths = (await drawUsers(url)).map((user) => `/v1/users/${user}/dashboard`);
  const load = startLoad(stack);
  const headers = headersFor(environment);
  return ({ address }: Service, seconds: number) =>
    load.ask<Loaded>('load', { url: address, connections: CLIENTS, seconds, headers, paths });
}

function racerOf(service: Service, postmasters: readonly number[], send: Send): Racer {
  const cpu = () => ({ node: cpuOf(service.pid)!, standbys: sumOf(postmasters.map((pid) => cpuOfFamily(pid)!)) });
  return {
    name: service.name,
    async run(seconds): Promise<ReplicasTurn> {
      const before = cpu();
      const turn = await send(service, seconds);
      const after = cpu();
      return { ...turn, nodeCpu: after.node - before.node, standbysCpu: after.standbys - before.standbys };
    },
  };
}

const sumOf = (numbers: readonly number[]): number => numbers.reduce((sum, each) => sum + each, 0);

function costOf(turns: Turns, name: string): ColdCost {
  const each = turns.get(name)! as readonly ReplicasTurn[];
  const standbysCpuUs = median(each.map(({ standbysCpu, operations }) => standbysCpu / operations));
  return {
    rate: median(each.map(({ operations, seconds }) => operations / seconds)),
    nodeCpuUs: perOperation(each, 'nodeCpu')!,
    primaryCpuUs: perOperation(each, 'postgresCpu')!,
    standbysCpuUs,
  };
}

export const allCpuOf = ({ nodeCpuUs, primaryCpuUs, standbysCpuUs }: ColdCost): number =>
  nodeCpuUs + primaryCpuUs + standbysCpuUs;

function reportOf(turns: Turns, postgres: string): Report {
  const [none, one, two] = NAMES.map((name) => costOf(turns, name)) as [ColdCost, ColdCost, ColdCost];
  const figures: ReplicasResult = { none, one, two };
  return {
    facts: { postgres },
    tables: [tableOf(figures)],
    warnings: wideRounds(turns),
    figures: { replicas: figures },
    data: Object.fromEntries(turns),
  };
}

function tableOf(figures: ReplicasResult): Table {
  const row = (name: string, cost: ColdCost) => [
    name,
    shown(cost.rate),
    shown(cost.nodeCpuUs),
    shown(cost.primaryCpuUs),
    shown(cost.standbysCpuUs),
    shown(allCpuOf(cost)),
  ];
  return {
    title: `Cold dashboards, ${CLIENTS} connections: CPU time in us a read`,
    columns: ['standbys', 'req/s', 'Node.js', 'primary', 'standbys', 'all'],
    rows: NAMES.map((name) => row(name, figures[name])),
  };
}
