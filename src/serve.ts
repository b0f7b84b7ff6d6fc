/**
 * The life of the process: it listens until SIGTERM or SIGINT. Then it serves for a while as a process that is not ready,
 * stops listening, finishes the requests in flight, and closes its connections. A process that has not finished by the
 * shutdown timeout exits with 1. A worker also stops at its primary's message.
 */
import cluster from 'node:cluster';
import { setTimeout as pause } from 'node:timers/promises';
import closeWithGrace from 'close-with-grace';
import type { Tracing } from 'hotpath/telemetry';
import { type App, buildApp } from './app.ts';
import { type Order, SIGNALS, whenOrdered } from './cluster/orders.ts';
import type { Config } from './config/config.ts';
import type { Telemetry } from './telemetry/telemetry.ts';

export interface ServedService {
  /** The address of the service: `http://127.0.0.1:3000`. */
  readonly address: string;
}

type Serving = Pick<App, 'listen' | 'close' | 'log' | 'server' | 'beginDraining' | 'leavePort'>;

export interface ServeOptions {
  /** The app to serve; the service without it. */
  readonly build?: (config: Config, tracing?: Tracing) => Serving;
  readonly port?: number;
  /** How long it accepts connections after the signal to stop, in milliseconds; `SHUTDOWN_DELAY_MS` without it. */
  readonly delayMs?: number;
  /** Stops further parts once the service is closed, within the same time. */
  readonly afterwards?: () => Promise<void>;
}

/**
 * The most connections that may wait to be accepted; the system has its own limit (`net.core.somaxconn`). Node.js accepts one
 * connection in a turn of its event loop. So with its default of 511, many clients that connect at once wait for seconds.
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
  const closing = closeWithGrace(grace, async ({ err, signal = 'The primary stops this worker' }) => {
    if (err) app.log.fatal({ err }, 'Uncaught error; shutting down.');
    else {
      app.log.info(`${signal}: finishing the requests in flight.`);
      await turnAway(app, order, delayMs);
    }
    await close();
  });
  if (cluster.isWorker) {
    whenOrdered((given) => {
      order = given;
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
 * Lets clients leave before anything is closed. A draining process still listens, because load balancers send it requests
 * until they have seen that it is not ready. A process that others replace on the same port leaves new connections to them.
 */
async function turnAway(app: Serving, order: Order, ms: number): Promise<void> {
  if (!app.server.listening) return;
  app.beginDraining();
  if (order === 'retire') await app.leavePort(ms);
  else await pause(ms);
}

/** The process loads OpenTelemetry's SDK only if it sends spans. */
async function telemetryOf(config: Config): Promise<Telemetry | undefined> {
  if (config.tracing.endpoint === undefined) return undefined;
  const { startTelemetry } = await import('./telemetry/telemetry.ts');
  return startTelemetry(config);
}
