/**
 * The inspector: its cost to requests that are answered from memory, off and on, and on while a page requests the list of new
 * requests.
 */
import type { Section } from '../support/bench.ts';
import { dashboardLoad, raceDashboards, startRacers } from '../support/dashboards.ts';
import { headersFor } from '../support/environment.ts';
import type { Turn } from '../support/race.ts';
import type { Service } from '../support/service.ts';

/** Twice as often as the page does, so that each turn has some. */
const POLL_MS = 500;

const ACCESS = { off: 'off', on: 'admin', open: 'admin' };
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
    raceDashboards(bench, SHOWN, (environment) => {
      const headers = headersFor(environment);
      const runOn = dashboardLoad(bench.stack, headers);
      const environments = Object.entries(ACCESS).map(([name, access]) => [
        name,
        { ...environment, INSPECTOR: access },
      ]);
      return startRacers(bench, Object.fromEntries(environments), {
        runOn,
        run(name, service, seconds) {
          const turn = () => runOn(service, seconds);
          return name === 'open' ? withPage(service, headers, turn) : turn();
        },
      });
    }),
};

/** Requests the list of new requests while `run` goes on. */
async function withPage(
  { address }: Service,
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
