/**
 * The process: it serves, or it is a primary with workers that serve. A primary loads no code of the service. Node.js takes
 * compiled code from its compile cache, which halves the time of a start.
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
