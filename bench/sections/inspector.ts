/**
 * The inspector: its cost for answers from memory, off and on, and on while a page asks it for new requests. Each has several
 * processes, which take turns, because two that do the same differ by a few parts of a hundred.
 */
import type { Bench, Report, Section } from '../support/bench.ts';
import { startLoad } from '../support/child.ts';
import { cpuOf } from '../support/cpu.ts';
import { openBenchDatabase } from '../support/database.ts';
import { headersFor, productionEnvironment } from '../support/environment.ts';
import type { Loaded } from '../support/load.ts';
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
} from '../support/race.ts';
import { type Service, startService } from '../support/service.ts';
import { shown, type Table } from '../support/table.ts';

/** Clients of a server at once. */
const CLIENTS = 20;
/** The number of users whose dashboards the clients read, in turn. */
const USERS = 50;
/** Of each kind. */
const PROCESSES = 3;
/** Twice as often as the page does, so that each turn has some. */
const POLL_MS = 500;

const KINDS = { off: 'off', on: 'admin', open: 'admin' };
const NAMES: Readonly<Record<string, string>> = { off: 'off', on: 'on', open: 'on, and its page is open' };

export const inspectorCost: Section = {
  summary: 'cached dashboards with the inspector off, on, and with its page open',
  size: 'small',
  async run(bench) {
    const { url, version, postmaster } = await openBenchDatabase(bench, bench.size);
    const racers = await startRacers(bench, url);
    const turns = await race(racers, optionsOf(bench, postmaster));
    return {
      facts: { postgres: version },
      tables: [tableOf(turns)],
      warnings: wideRounds(turns),
      figures: { inspector: ratesOf(turns, 'off') },
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

/** The services of each kind, all on one database, warm. */
async function startRacers({ stack, quick }: Bench, url: string): Promise<Racer[]> {
  // The measure is CPU time, so the service turns no client away on a busy machine.
  const environment = { ...productionEnvironment(url), OVERLOAD_EVENT_LOOP_DELAY_MS: '0' };
  const headers = headersFor(environment);
  const runOn = loader(stack, headers);
  const [processes, warmUp] = quick ? [1, 1] : [PROCESSES, 4];
  const kinds = Object.entries(KINDS);
  const services = new Map(kinds.map(([name]) => [name, [] as Service[]]));
  for (let started = 0; started < processes; started += 1) {
    // No kind has all of those that have been there longest.
    for (const [name, access] of started % 2 === 0 ? kinds : kinds.toReversed()) {
      const service = await startService(stack, { name, environment: { ...environment, INSPECTOR: access } });
      await runOn(service, warmUp);
      services.get(name)!.push(service);
    }
  }
  return [...services].map(([name, each]) => {
    let turns = 0;
    return {
      name,
      run: (seconds) => {
        const service = each[turns++ % each.length]!;
        const run = () => runOn(service, seconds);
        return name === 'open' ? withPage(service, headers, run) : run();
      },
    };
  });
}

type Headers = Readonly<Record<string, string>>;

/** @returns a function that loads a service for a number of seconds. */
function loader(stack: AsyncDisposableStack, headers: Headers) {
  const paths = Array.from({ length: USERS }, (_, index) => `/v1/users/${index + 1}/dashboard`);
  const load = startLoad(stack);
  return async ({ address, pid }: Service, seconds: number): Promise<Turn> => {
    const before = cpuOf(pid);
    const turn = await load.ask<Loaded>('load', { url: address, connections: CLIENTS, seconds, headers, paths });
    const after = cpuOf(pid);
    return { ...turn, nodeCpu: before === undefined || after === undefined ? undefined : after - before };
  };
}

/** Asks for the requests that are new while `run` goes on. */
async function withPage({ address }: Service, headers: Headers, run: () => Promise<Turn>): Promise<Turn> {
  let after = -1;
  const poll = async () => {
    const reply = await fetch(`${address}/_hotpath/api/requests?after=${after}`, { headers });
    if (!reply.ok) throw new Error(`The inspector answers with ${reply.status}.`);
    after = ((await reply.json()) as { last: number }).last;
  };
  await poll();
  let asking = Promise.resolve();
  const polling = setInterval(() => {
    asking = asking.then(poll);
    // The turn reports it when it ends.
    asking.catch(() => {});
  }, POLL_MS);
  const turn = await run().finally(() => clearInterval(polling));
  await asking;
  return turn;
}

function tableOf(turns: Turns): Table {
  return {
    title: `Cached dashboards, ${CLIENTS} connections`,
    columns: ['inspector', 'req/s', 'spread', 'of off', 'p95 ms', 'Node.js us/req', 'of off'],
    rows: [...turns].map(([name, each]) => {
      const rates = each.map(rate);
      return [
        NAMES[name]!,
        shown(median(rates)),
        `±${shown(spread(rates) * 100)}%`,
        `${shown(ratio(turns, name, 'off'), 3)} x`,
        shown(median(each.map(({ p95 }) => p95!)), 1),
        shown(perOperation(each, 'nodeCpu'), 1),
        `${shown(costRatio(turns, name), 3)} x`,
      ];
    }),
  };
}

/** How much CPU time a request takes, as a part of what one without the inspector takes: the median over the rounds. */
function costRatio(turns: Turns, name: string): number | undefined {
  const others = turns.get('off')!;
  const ratios = turns.get(name)!.flatMap((turn, round) => {
    const [cost, other] = [turn, others[round]!].map((each) => perOperation([each], 'nodeCpu'));
    return cost === undefined || other === undefined ? [] : [cost / other];
  });
  return ratios.length > 0 ? median(ratios) : undefined;
}
