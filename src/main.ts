/** The process: one that serves, or a primary with workers that do. */
import cluster from 'node:cluster';
import { superviseWorkers } from './cluster.ts';
import { loadConfig } from './config.ts';
import { orExit } from './exit.ts';
import { serve } from './serve.ts';

await orExit(async () => {
  const config = loadConfig();
  return config.workers > 1 && cluster.isPrimary ? superviseWorkers(config) : serve(config);
});
