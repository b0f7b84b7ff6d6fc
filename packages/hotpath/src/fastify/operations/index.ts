/** `hotpath/operations`: the routes for operators: health, readiness, metrics. */
// The additions of these files to Fastify's types: an import of their values alone leaves no trace in declarations.
import '../instance.ts';
import '../route-config.ts';
import './metrics/requests.ts';

export type { CheckOptions } from './health/checks.ts';
export { type HealthOptions, health } from './health/health.ts';
export { type MetricsOptions, metrics } from './metrics/metrics.ts';
export { gatherMetrics } from './metrics/workers.ts';
