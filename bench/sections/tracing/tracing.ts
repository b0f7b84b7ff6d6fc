/** Tracing: its cost to requests that are answered from memory, by the share of them that is traced. */
import { join } from 'node:path';
import type { Section } from '../../support/bench.ts';
import { startChild } from '../../support/child.ts';
import { dashboardLoad, raceDashboards, startRacers } from '../../support/dashboards.ts';
import { headersFor } from '../../support/environment.ts';

const SHARES = { off: undefined, one: '0.01', all: '1' };
const SHOWN = { figures: 'tracing', column: 'traced', names: { off: 'off', one: '1%', all: '100%' }, digits: 2 };

export const tracing: Section = {
  summary: 'cached dashboards with tracing off, and with 1% and all of the requests traced',
  size: 'small',
  run: (bench) =>
    raceDashboards(bench, SHOWN, async (environment) => {
      const collector = startChild(bench.stack, { file: join(import.meta.dirname, 'collector-child.ts') });
      const endpoint = await collector.ask<string>('address');
      const environments = Object.entries(SHARES).map(([name, share]) => {
        const traced = share && { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_TRACES_SAMPLER_ARG: share };
        return [name, { ...environment, ...traced }];
      });
      const runOn = dashboardLoad(bench.stack, headersFor(environment));
      return startRacers(bench, Object.fromEntries(environments), runOn);
    }),
};
