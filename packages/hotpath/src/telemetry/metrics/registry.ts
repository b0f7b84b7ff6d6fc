/** The metrics of a process: a registry, in which those of Node.js itself are already. */
import { collectDefaultMetrics, Registry } from 'prom-client';

let runtime: Registry | undefined;

/** Event loop, garbage collection, memory: observed once in a process, whatever number of registries tells of them. */
function runtimeMetrics(): Registry {
  if (!runtime) {
    runtime = new Registry();
    collectDefaultMetrics({ register: runtime });
  }
  return runtime;
}

export function createRegistry(): Registry {
  const registry = new Registry();
  for (const metric of runtimeMetrics().getMetricsAsArray()) {
    registry.registerMetric(runtimeMetrics().getSingleMetric(metric.name)!);
  }
  return registry;
}
