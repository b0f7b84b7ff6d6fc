/**
 * The inspector: its cost to requests that are answered from memory, while it observes them and while it does not, and while
 * a page requests the list of new requests. It takes a few parts of a hundred, and two processes that do the same differ by
 * more. So each process takes a turn with each setting, and the turns of one process are compared.
 */
import { join } from 'node:path';
import type { Bench, Section } from '../../support/bench.ts';
import { type Child, startChild } from '../../support/child.ts';
import { dashboardLoad, type RunOn, raceDashboards } from '../../support/dashboards.ts';
import { type ChildEnvironment, headersFor } from '../../support/environment.ts';
import type { Racer, Turn } from '../../support/race.ts';
import type { Server } from '../../support/service.ts';

/** Twice as often as the page does, so that each turn has some. */
const POLL_MS = 500;
const PROCESSES = 3;
const WARM_UP_SECONDS = 4;

const SHOWN = {
  figures: 'inspector',
  column: 'inspector',
  names: { off: 'off', on: 'on', open: 'on, and its page is open' },
  digits: 3,
};

export const inspectorCost: Section = {
  summary: 'cached dashboards with the inspector off, on, and with its page open',
  size: 'small',
  run: (bench) =>
    raceDashboards(bench, SHOWN, async (environment) => {
      const headers = headersFor(environment);
      const runOn = dashboardLoad(bench.stack, headers);
      const services = await startObserved(bench, { ...environment, INSPECTOR: 'admin' }, runOn);
      return [
        racer('off', services, runOn),
        racer('on', services, runOn),
        racer('open', services, (service, seconds) => withPage(service, headers, () => runOn(service, seconds))),
      ];
    }),
};

interface ObservedService extends Server {
  readonly child: Child;
}

/** Starts services with the inspector, warm. */
async function startObserved(
  { stack, quick }: Bench,
  environment: ChildEnvironment,
  runOn: RunOn,
): Promise<ObservedService[]> {
  const file = join(import.meta.dirname, 'observed-child.ts');
  const services: ObservedService[] = [];
  while (services.length < (quick ? 1 : PROCESSES)) {
    const child = startChild(stack, { file, environment });
    const service = { name: 'observed', child, pid: child.pid, address: await child.ask<string>('address') };
    await runOn(service, quick ? 1 : WARM_UP_SECONDS);
    services.push(service);
  }
  return services;
}

/** Takes its turns on one service after the other. */
function racer(
  name: string,
  services: readonly ObservedService[],
  runOn: (on: Server, s: number) => Promise<Turn>,
): Racer {
  let turns = 0;
  return {
    name,
    async run(seconds) {
      const service = services[turns++ % services.length]!;
      await service.child.ask('observe', { isOn: name !== 'off' });
      return runOn(service, seconds);
    },
  };
}

/** Requests the list of new requests while `run` goes on. */
async function withPage(
  { address }: Server,
  headers: Readonly<Record<string, string>>,
  run: () => Promise<Turn>,
): Promise<Turn> {
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
