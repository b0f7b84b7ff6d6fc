/** `hotpath/operations`: what operators ask a process for: its health, its readiness, its metrics. */
export type { CheckOptions } from './health/checks.ts';
export { type HealthOptions, health } from './health/health.ts';
export { type MetricsOptions, metrics } from './metrics/metrics.ts';
export { gatherMetrics } from './metrics/workers.ts';
