/**
 * The process: one that serves, or a primary with workers that do. A primary loads nothing of the service, and what
 * Node.js has compiled of it once it takes from its compile cache: half of the time that a start takes.
 */
import cluster from 'node:cluster';
import { enableCompileCache } from 'node:module';
import { loadConfig } from './config/config.ts';
import { orExit } from './exit.ts';
import { logWarnings } from './plugins/logger/logger.ts';

enableCompileCache();

await orExit(async () => {
  const config = loadConfig();
  if (cluster.isPrimary) logWarnings(config);
  if (config.workers > 1 && cluster.isPrimary) return (await import('./cluster/cluster.ts')).superviseWorkers(config);
  return (await import('./serve.ts')).serve(config);
});
