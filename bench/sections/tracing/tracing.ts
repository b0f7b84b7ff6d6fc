/** Tracing: its cost to requests that are answered from memory, by the share of them that is traced. */
import { join } from 'node:path';
import type { Section } from '../../support/bench.ts';
import { startChild } from '../../support/child.ts';
import { dashboardLoad, raceDashboards, racerIn, startProcesses } from '../../support/dashboards.ts';
import { type ChildEnvironment, headersFor } from '../../support/environment.ts';
import type { Server } from '../../support/service.ts';
import { SHARES, type ShareName } from './shares.ts';

const SHOWN = { figures: 'tracing', column: 'traced', names: { off: 'off', one: '1%', all: '100%' }, digits: 3 };
const NAMES = Object.keys(SHARES) as ShareName[];

export const tracing: Section = {
  summary: 'cached dashboards with tracing off, and with 1% and all of the requests traced',
  size: 'small',
  run: (bench) =>
    raceDashboards(bench, SHOWN, async (environment) => {
      const { stack } = bench;
      const collector = startChild(stack, { file: join(import.meta.dirname, 'collector-child.ts') });
      const traced = { ...environment, OTEL_EXPORTER_OTLP_ENDPOINT: await collector.ask<string>('address') };
      const runOn = dashboardLoad(stack, headersFor(environment));
      const processes = await startProcesses(
        bench,
        () => startTraced(stack, traced),
        async (services, seconds) => {
          for (const name of NAMES) await runOn(services[name], seconds);
        },
      );
      return NAMES.map((name) => racerIn(name, processes, (services, seconds) => runOn(services[name], seconds)));
    }),
};

/** Starts a process with a service for each share. */
async function startTraced(stack: AsyncDisposableStack, environment: ChildEnvironment) {
  const { pid, ...child } = startChild(stack, { file: join(import.meta.dirname, 'traced-child.ts'), environment });
  const addresses = await child.ask<Record<ShareName, string>>('addresses');
  const serverOf = (name: ShareName): Server => ({ name, pid, address: addresses[name] });
  return { off: serverOf('off'), one: serverOf('one'), all: serverOf('all') };
}
