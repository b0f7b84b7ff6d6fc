/** The registry of a server's metrics, in which those of Node.js itself are already: event loop, garbage collection, memory. */
import { collectDefaultMetrics, Registry } from 'prom-client';

export function createRegistry(): Registry {
  const register = new Registry();
  collectDefaultMetrics({ register });
  return register;
}
