/**
 * A race of services that differ in one setting, over dashboards that are answered from memory. The setting takes a few parts
 * of a hundred, and two processes that do the same differ by more: by what V8 has made of the same code, and where it lies
 * in memory. So each process has every setting, and the turns of one process are compared. There are several processes, which
 * take turns, and many short rounds.
 */
import type { Bench, Report } from './bench.ts';
import { startLoad } from './child.ts';
import { cpuOf } from './cpu.ts';
import { openBenchDatabase } from './database.ts';
import { type headersFor, productionEnvironment } from './environment.ts';
import type { Loaded } from './load.ts';
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
} from './race.ts';
import type { Server } from './service.ts';
import { shown, type Table } from './table.ts';

/** Clients of a server at once. */
const CLIENTS = 20;
/** The number of users whose dashboards are requested, in turn. */
const USERS = 50;
const PROCESSES = 3;
const WARM_UP_SECONDS = 4;

type Environment = ReturnType<typeof productionEnvironment>;
type Headers = ReturnType<typeof headersFor>;

/** The settings of a race, and how its table names them. The first is the one that the others are compared with: `off`. */
export interface DashboardRace {
  /** The name of its figures in the report. */
  readonly figures: string;
  /** The heading of the settings in the table. */
  readonly column: string;
  /** The names of the settings in the table. */
  readonly names: Readonly<Record<string, string>>;
  /** The digits of a ratio in the table. */
  readonly digits: number;
}

/** Races services on the database of a size. @param racersIn starts them, in an environment that they share except for the setting. */
export async function raceDashboards(
  bench: Bench,
  shownAs: DashboardRace,
  racersIn: (environment: Environment) => Promise<Racer[]>,
): Promise<Report> {
  const { quick, log } = bench;
  const { url, version, postmaster } = await openBenchDatabase(bench, bench.size);
  const rounds = { rounds: quick ? 1 : 30, seconds: 1, warmUpSeconds: 1 };
  // The race measures CPU time, so no service refuses a request because the machine is busy.
  const environment = { ...productionEnvironment(url), OVERLOAD_EVENT_LOOP_DELAY_MS: '0' };
  const turns = await race(await racersIn(environment), { ...rounds, postmaster, log });
  return {
    facts: { postgres: version },
    tables: [tableOf(turns, shownAs)],
    warnings: wideRounds(turns),
    figures: { [shownAs.figures]: ratesOf(turns, 'off') },
    data: Object.fromEntries(turns),
  };
}

/** Loads a service for a number of seconds. */
export type RunOn = (service: Server, seconds: number) => Promise<Turn>;

export function dashboardLoad(stack: AsyncDisposableStack, headers: Headers): RunOn {
  const paths = Array.from({ length: USERS }, (_, index) => `/v1/users/${index + 1}/dashboard`);
  const load = startLoad(stack);
  return async ({ address, pid }, seconds) => {
    const before = cpuOf(pid);
    const turn = await load.ask<Loaded>('load', { url: address, connections: CLIENTS, seconds, headers, paths });
    const after = cpuOf(pid);
    return { ...turn, nodeCpu: before === undefined || after === undefined ? undefined : after - before };
  };
}

/** Starts processes, warm. @param start starts one. @param warmUp loads each of its services. */
export async function startProcesses<Started>(
  { quick }: Bench,
  start: () => Promise<Started>,
  warmUp: (started: Started, seconds: number) => Promise<unknown>,
): Promise<readonly Started[]> {
  const started: Started[] = [];
  while (started.length < (quick ? 1 : PROCESSES)) {
    const next = await start();
    await warmUp(next, quick ? 1 : WARM_UP_SECONDS);
    started.push(next);
  }
  return started;
}

/** A contender that takes its turns in one process after the other. */
export function racerIn<Started>(
  name: string,
  processes: readonly Started[],
  run: (started: Started, seconds: number) => Promise<Turn>,
): Racer {
  let turns = 0;
  return { name, run: (seconds) => run(processes[turns++ % processes.length]!, seconds) };
}

function tableOf(turns: Turns, { column, names, digits }: DashboardRace): Table {
  return {
    title: `Cached dashboards, ${CLIENTS} connections`,
    columns: [column, 'req/s', 'spread', 'of off', 'p95 ms', 'Node.js us/req', 'of off'],
    rows: [...turns].map(([name, each]) => {
      const rates = each.map(rate);
      return [
        names[name]!,
        shown(median(rates)),
        `±${shown(spread(rates) * 100)}%`,
        `${shown(ratio(turns, name, 'off'), digits)} x`,
        shown(median(each.map(({ p95 }) => p95!)), 1),
        shown(perOperation(each, 'nodeCpu'), 1),
        `${shown(costRatio(turns, name), digits)} x`,
      ];
    }),
  };
}

/** The CPU time of a request, as a part of the CPU time without the setting: the median over the rounds. */
function costRatio(turns: Turns, name: string): number | undefined {
  const others = turns.get('off')!;
  const ratios = turns.get(name)!.flatMap((turn, round) => {
    const [cost, other] = [turn, others[round]!].map((each) => perOperation([each], 'nodeCpu'));
    return cost === undefined || other === undefined ? [] : [cost / other];
  });
  return ratios.length > 0 ? median(ratios) : undefined;
}
