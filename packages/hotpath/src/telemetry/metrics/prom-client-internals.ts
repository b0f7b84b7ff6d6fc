/**
 * The parts of prom-client that it does not document or declare: the shape of a metric in a registry, and the
 * functions that add up the metrics of several processes. Other files use them through this file, which `test/private-
 * interfaces.test.ts` checks. `test/telemetry/prom-client-internals.test.ts` fails when a new version has moved one.
 */

import type { Aggregator, Metric, Registry } from 'prom-client';
import * as prometheus from 'prom-client';

export interface MetricValue {
  readonly labels: Readonly<Record<string, string | number>>;
  readonly value: number;
  /** Where it is not the metric's own name: `…_bucket`. */
  readonly metricName?: string;
  readonly exemplar?: { readonly timestamp: number } | null;
}

/** A metric with its values, as plain data. */
export interface PublishedMetric {
  readonly name: string;
  readonly help: string;
  readonly type: string;
  readonly aggregator: Aggregator;
  readonly values: readonly MetricValue[];
}

/** The members of a metric that a registry uses. */
export interface MetricSource extends Omit<PublishedMetric, 'values'> {
  get(): Promise<PublishedMetric>;
  reset?(): void;
}

/** A metric as the type that a registry accepts. */
export const asMetric = (source: MetricSource): Metric => source as unknown as Metric;

/** The metrics of one process. */
export const metricsIn = async (registry: Registry): Promise<PublishedMetric[]> =>
  (await registry.getMetricsAsJSON()) as unknown as PublishedMetric[];

type AddUp = (metrics: readonly PublishedMetric[]) => PublishedMetric | undefined;

/** Exported, but not in its types: the metrics of one name as one metric. Some metrics are not added up at all. */
export const { aggregators } = prometheus as unknown as { readonly aggregators: Readonly<Record<Aggregator, AddUp>> };
