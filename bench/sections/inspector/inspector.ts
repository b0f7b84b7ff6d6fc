/**
 * The inspector: its cost to requests that are answered from memory, while it observes them and while it does not, and while
 * a page requests the list of new requests.
 */
import { join } from 'node:path';
import type { Section } from '../../support/bench.ts';
import { type Child, startChild } from '../../support/child.ts';
import { dashboardLoad, type RunOn, raceDashboards, racerIn, startProcesses } from '../../support/dashboards.ts';
import { type ChildEnvironment, headersFor } from '../../support/environment.ts';
import type { Turn } from '../../support/race.ts';
import type { Server } from '../../support/service.ts';

/** Twice as often as the page does, so that each turn has some. */
const POLL_MS = 500;

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
      const services = await startProcesses(bench, () => startObserved(bench.stack, environment), runOn);
      const racer = (name: string, isOn: boolean, run: RunOn) =>
        racerIn(name, services, async (service, seconds) => {
          await service.child.ask('observe', { isOn });
          return run(service, seconds);
        });
      return [
        racer('off', false, runOn),
        racer('on', true, runOn),
        racer('open', true, (service, seconds) => withPage(service, headers, () => runOn(service, seconds))),
      ];
    }),
};

interface ObservedService extends Server {
  readonly child: Child;
}

async function startObserved(stack: AsyncDisposableStack, environment: ChildEnvironment): Promise<ObservedService> {
  const file = join(import.meta.dirname, 'observed-child.ts');
  const child = startChild(stack, { file, environment: { ...environment, INSPECTOR: 'admin' } });
  return { name: 'observed', child, pid: child.pid, address: await child.ask<string>('address') };
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
