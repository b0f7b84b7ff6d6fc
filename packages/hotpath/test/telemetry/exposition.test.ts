import { expose } from 'hotpath/telemetry/metrics/exposition';
import { Histogram } from 'hotpath/telemetry/metrics/histogram';
import { metricsIn } from 'hotpath/telemetry/metrics/prom-client-internals';
import { Counter, Gauge, Registry } from 'prom-client';
import { expect, it } from 'vitest';

function process(values: { counted: number; held: number; seconds: number; traceId: string }): Registry {
  const registry = new Registry();
  const registers = [registry];
  new Counter({ name: 'things_total', help: 'Things.', registers }).inc(values.counted);
  new Gauge({ name: 'state', help: 'The worst.', registers, aggregator: 'max' }).set(values.held);
  const histogram = new Histogram({ name: 'took_seconds', help: 'Times.', buckets: [1, 2] });
  histogram.series({ route: '/a' }).observe(values.seconds, values.traceId);
  registry.registerMetric(histogram.metric);
  return registry;
}

const one = process({ counted: 2, held: 0, seconds: 0.5, traceId: 'a'.repeat(32) });
const other = process({ counted: 3, held: 2, seconds: 3, traceId: 'b'.repeat(32) });

it('the exposition of several processes adds their values up, or combines them as each metric declares', async () => {
  const { text } = await expose([await metricsIn(one), await metricsIn(other)]);
  expect(text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))).toEqual([
    'things_total 5',
    'state 2',
    'took_seconds_bucket{le="1",route="/a"} 1',
    'took_seconds_bucket{le="2",route="/a"} 1',
    'took_seconds_bucket{le="+Inf",route="/a"} 2',
    'took_seconds_sum{route="/a"} 3.5',
    'took_seconds_count{route="/a"} 2',
  ]);
});

it('the exposition in the OpenMetrics format keeps exemplars', async () => {
  const { text } = await expose([await metricsIn(one), await metricsIn(other)], 'application/openmetrics-text');
  expect(text).toMatch(/^took_seconds_bucket\{le="1",route="\/a"\} 1 # \{trace_id="a{32}"\} 0.5 [\d.]+$/m);
  expect(text).toMatch(/^took_seconds_bucket\{le="\+Inf",route="\/a"\} 2 # \{trace_id="b{32}"\} 3 [\d.]+$/m);
  expect(text).toMatch(/^# TYPE things counter\nthings_total 5$/m);
});
