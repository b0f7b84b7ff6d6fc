/**
 * The exposition: the metrics of one process, or of several added up, as text for Prometheus or as OpenMetrics, which alone
 * has exemplars.
 *
 * prom-client writes the text. Adding up loses its exemplars, so the exposition restores them. Writing OpenMetrics changes
 * the names of prom-client's counters permanently, so it gets copies.
 */
import { Registry } from 'prom-client';
import {
  aggregators,
  asMetric,
  type MetricSource,
  type MetricValue,
  type PublishedMetric,
} from './prom-client-internals.ts';

export interface Exposition {
  readonly contentType: string;
  readonly text: string;
}

const OPEN_METRICS = /\bapplication\/openmetrics-text\b/;

/** @param accept the header of who asks. */
export async function expose(processes: readonly PublishedMetric[][], accept = ''): Promise<Exposition> {
  const registry = new Registry<typeof Registry.OPENMETRICS_CONTENT_TYPE | typeof Registry.PROMETHEUS_CONTENT_TYPE>();
  if (OPEN_METRICS.test(accept)) registry.setContentType(Registry.OPENMETRICS_CONTENT_TYPE);
  for (const metric of processes.length === 1 ? processes[0]! : addUp(processes.flat())) {
    const copy: MetricSource & PublishedMetric = { ...metric, get: async () => copy };
    registry.registerMetric(asMetric(copy));
  }
  return { contentType: registry.contentType, text: await registry.metrics() };
}

function addUp(metrics: readonly PublishedMetric[]): PublishedMetric[] {
  const byName = Map.groupBy(metrics, ({ name }) => name);
  return [...byName.values()].flatMap((same) => {
    const sum = aggregators[same[0]!.aggregator](same);
    return sum ? [withExemplars(sum, same)] : [];
  });
}

/** Of each value's exemplars the latest. */
function withExemplars(sum: PublishedMetric, parts: readonly PublishedMetric[]): PublishedMetric {
  const latest = new Map<string, NonNullable<MetricValue['exemplar']>>();
  for (const value of parts.flatMap(({ values }) => values)) {
    const known = latest.get(keyOf(value));
    if (value.exemplar && !(known && known.timestamp > value.exemplar.timestamp)) {
      latest.set(keyOf(value), value.exemplar);
    }
  }
  if (latest.size === 0) return sum;
  return { ...sum, values: sum.values.map((value) => ({ ...value, exemplar: latest.get(keyOf(value)) ?? null })) };
}

const keyOf = ({ metricName, labels }: MetricValue): string =>
  `${metricName}${Object.entries(labels).sort().flat().join('\n')}`;
