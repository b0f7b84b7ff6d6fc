/**
 * The life of the process: listen, and on SIGTERM or SIGINT stop listening, let requests in flight finish, close
 * connections. A process that is not done by the shutdown timeout exits with 1. A worker also stops when its primary
 * says so.
 */
import cluster from 'node:cluster';
import closeWithGrace from 'close-with-grace';
import { type App, buildApp } from './app.ts';
import { drainWhenTold, SIGNALS } from './cluster.ts';
import type { Config } from './config.ts';
import type { Telemetry } from './telemetry/telemetry.ts';

export interface Served {
  /** Where it listens: `http://127.0.0.1:3000`. */
  readonly address: string;
}

export interface ServeOptions {
  /** What is served; the service without it. */
  readonly build?: (config: Config) => Pick<App, 'listen' | 'close' | 'log'>;
  readonly port?: number;
  /** Stops what is to be stopped once the service is closed, within the same time. */
  readonly afterwards?: () => Promise<void>;
}

/**
 * Connections that may wait to be accepted; the system has its own bound (`net.core.somaxconn`). Node.js accepts one in
 * a turn of its event loop, so that with its default of 511 many clients who connect at once wait for seconds.
 */
const BACKLOG = 4096;

export async function serve(config: Config, options: ServeOptions = {}): Promise<Served> {
  const { build = buildApp, port = config.http.port, afterwards } = options;
  const telemetry = await telemetryOf(config);
  const app = build(config);
  const close = async () => {
    await app.close();
    await telemetry?.stop();
    await afterwards?.();
  };
  const grace = { delay: config.http.shutdownTimeoutMs, logger: app.log, skip: cluster.isWorker ? [...SIGNALS] : [] };
  const closing = closeWithGrace(grace, async ({ err, signal = 'Told to stop' }) => {
    if (err) app.log.fatal({ err }, 'An error that nobody caught; shutting down.');
    else app.log.info(`${signal}: finishing the requests in flight.`);
    await close();
  });
  if (cluster.isWorker) drainWhenTold(closing.close);
  try {
    return { address: await app.listen({ host: config.http.host, port, backlog: BACKLOG }) };
  } catch (error) {
    await close();
    throw error;
  }
}

/** OpenTelemetry's SDK is loaded where spans are sent. */
async function telemetryOf(config: Config): Promise<Telemetry | undefined> {
  if (config.tracing.endpoint === undefined) return undefined;
  const { startTelemetry } = await import('./telemetry/telemetry.ts');
  return startTelemetry(config);
}
