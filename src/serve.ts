/**
 * The life of the process: listen, and on SIGTERM or SIGINT go on for a while as a process that is not ready, stop
 * listening, let requests in flight finish, close connections. A process that is not done by the shutdown timeout exits
 * with 1. A worker also stops when its primary says so.
 */
import cluster from 'node:cluster';
import { setTimeout as pause } from 'node:timers/promises';
import closeWithGrace from 'close-with-grace';
import type { Tracing } from 'hotpath/telemetry';
import { type App, buildApp } from './app.ts';
import { type Order, SIGNALS, whenTold } from './cluster/orders.ts';
import type { Config } from './config/config.ts';
import type { Telemetry } from './telemetry/telemetry.ts';

export interface ServedService {
  /** Where it listens: `http://127.0.0.1:3000`. */
  readonly address: string;
}

type Serving = Pick<App, 'listen' | 'close' | 'log' | 'server' | 'beginDraining' | 'leavePort'>;

export interface ServeOptions {
  /** What is served; the service without it. */
  readonly build?: (config: Config, tracing?: Tracing) => Serving;
  readonly port?: number;
  /** How long it accepts connections after it was told to stop, in milliseconds; `SHUTDOWN_DELAY_MS` without it. */
  readonly delayMs?: number;
  /** Stops what is to be stopped once the service is closed, within the same time. */
  readonly afterwards?: () => Promise<void>;
}

/**
 * Connections that may wait to be accepted; the system has its own bound (`net.core.somaxconn`). Node.js accepts one in
 * a turn of its event loop, so that with its default of 511 many clients who connect at once wait for seconds.
 */
const BACKLOG = 4096;

export async function serve(config: Config, options: ServeOptions = {}): Promise<ServedService> {
  const { build = buildApp, port = config.http.port, afterwards, delayMs = config.http.shutdownDelayMs } = options;
  const telemetry = await telemetryOf(config);
  const app = build(config, telemetry?.tracing);
  const close = async () => {
    await app.close();
    await telemetry?.stop();
    await afterwards?.();
  };
  let order: Order = 'drain';
  const skip = cluster.isWorker ? [...SIGNALS, 'SIGHUP' as const] : [];
  const grace = { delay: delayMs + config.http.shutdownTimeoutMs, logger: app.log, skip };
  const closing = closeWithGrace(grace, async ({ err, signal = 'Told to stop' }) => {
    if (err) app.log.fatal({ err }, 'An error that nobody caught; shutting down.');
    else {
      app.log.info(`${signal}: finishing the requests in flight.`);
      await turnAway(app, order, delayMs);
    }
    await close();
  });
  if (cluster.isWorker) {
    whenTold((told) => {
      order = told;
      void closing.close();
    });
  }
  try {
    return { address: await app.listen({ host: config.http.host, port, backlog: BACKLOG }) };
  } catch (error) {
    await close();
    throw error;
  }
}

/**
 * Has clients leave before anything is closed. A process that drains listens on, since load balancers send it requests
 * until they have seen that it is not ready. One that others replace on the same port leaves new connections to them.
 */
async function turnAway(app: Serving, order: Order, ms: number): Promise<void> {
  if (!app.server.listening) return;
  app.beginDraining();
  if (order === 'retire') await app.leavePort(ms);
  else await pause(ms);
}

/** OpenTelemetry's SDK is loaded where spans are sent. */
async function telemetryOf(config: Config): Promise<Telemetry | undefined> {
  if (config.tracing.endpoint === undefined) return undefined;
  const { startTelemetry } = await import('./telemetry/telemetry.ts');
  return startTelemetry(config);
}
