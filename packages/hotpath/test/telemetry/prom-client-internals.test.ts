/** The members that the library needs of prom-client beyond its types. A failure names what has moved. */
import {
  aggregators,
  asMetric,
  type MetricSource,
  metricsIn,
  type PublishedMetric,
} from 'hotpath/telemetry/metrics/prom-client-internals';
import { Counter, Registry } from 'prom-client';
import { expect, it } from 'vitest';

const metric = (value: number): PublishedMetric => ({
  name: 'things',
  help: 'Things.',
  type: 'gauge',
  aggregator: 'sum',
  values: [{ labels: { kind: 'a' }, value }],
});

it('a registry gives its metrics as plain data, with their aggregators', async () => {
  const registry = new Registry();
  new Counter({ name: 'things_total', help: 'Things.', labelNames: ['kind'], registers: [registry] }).inc(
    { kind: 'a' },
    2,
  );
  expect(await metricsIn(registry), 'getMetricsAsJSON returns metrics of another shape').toMatchObject([
    {
      name: 'things_total',
      help: 'Things.',
      type: 'counter',
      aggregator: 'sum',
      values: [{ labels: { kind: 'a' }, value: 2 }],
    },
  ]);
});

it('a registry publishes an object that has only the members of MetricSource', async () => {
  const registry = new Registry();
  const { values: _, ...described } = metric(2);
  const source: MetricSource = { ...described, get: async () => metric(2) };
  registry.registerMetric(asMetric(source));
  expect(await registry.metrics(), 'a registry needs other members of a metric').toContain('things{kind="a"} 2\n');
  expect(await metricsIn(registry)).toEqual([metric(2)]);
});

it('exports its aggregators, each of which makes one metric of several', () => {
  expect(Object.keys(aggregators ?? {}), 'prom-client exports no `aggregators` any more').toEqual(
    expect.arrayContaining(['sum', 'first', 'min', 'max', 'average', 'omit']),
  );
  const both = [metric(2), metric(3)];
  const resultOf = (name: keyof typeof aggregators) => aggregators[name](both)?.values[0]?.value;
  expect([resultOf('sum'), resultOf('max'), resultOf('omit')], 'the aggregators work otherwise').toEqual([
    5,
    3,
    undefined,
  ]);
});
