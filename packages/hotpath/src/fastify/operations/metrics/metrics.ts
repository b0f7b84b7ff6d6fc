/**
 * Metrics: the counts of the service, at `/metrics`, for Prometheus. Most of them exist anyway, and the route collects
 * them on request; each request adds only its time and its statements.
 *
 * The port of a service is reachable from outside. So `/metrics` is for clients that send its token, and for requests
 * that `mayRead` permits. It is open to every client only if the service says so, and only while no token is set.
 */
import { hash, timingSafeEqual } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import type { Registry } from 'prom-client';
import { requestError } from '../../../http/errors.ts';
import type { SessionPool } from '../../../session/session-pool.ts';
import { expose } from '../../../telemetry/metrics/exposition.ts';
import { createRegistry } from '../../../telemetry/metrics/registry.ts';
import { UNCOMPRESSED } from '../../route-config.ts';
import { countRequests } from './requests.ts';
import { publishState } from './state.ts';
import { metricsOfAll } from './workers.ts';

declare module 'fastify' {
  interface FastifyInstance {
    /** Any code that counts something registers it here. */
    readonly metrics: Registry;
  }
}

export interface MetricsOptions {
  /** The bearer token that may read the metrics. */
  readonly token?: string | undefined;
  /** Whether every client may read it, if no token is set; `false` without it. */
  readonly isOpen?: boolean;
  /** The other requests that may read it, such as those of administrators. */
  readonly mayRead?: (request: FastifyRequest) => boolean;
  /** The pool whose connections are counted. */
  readonly pool?: SessionPool;
}

export const metrics = fp<MetricsOptions>(
  async (app, options) => {
    const registry = createRegistry();
    app.decorate('metrics', registry);
    if (app.hasRequestDecorator('ledger')) countRequests(app);
    app.addHook('onReady', async () => publishState(app, options.pool));
    const collect = metricsOfAll(registry);
    app.addHook('onClose', async () => collect.close());
    app.get(
      '/metrics',
      {
        config: { budget: 0, unlimited: true, ownToken: true },
        schema: { hide: true },
        ...UNCOMPRESSED,
        onRequest: admission(options),
      },
      async ({ headers }, reply) => {
        const { contentType, text } = await expose(await collect.all(), headers.accept);
        return reply.header('content-type', contentType).send(text);
      },
    );
  },
  { name: 'hotpath-metrics' },
);

const admission =
  ({ token, isOpen = false, mayRead = () => false }: MetricsOptions) =>
  async (request: FastifyRequest): Promise<void> => {
    const isKnown = token === undefined ? isOpen : isSame(request.headers.authorization ?? '', `Bearer ${token}`);
    if (!isKnown && !mayRead(request)) refuse(request);
  };

function refuse({ viewer }: FastifyRequest): never {
  const detail = 'Metrics need their bearer token, or a viewer with permission to read them.';
  throw requestError(viewer?.subject === undefined ? 'unauthenticated' : 'forbidden', detail);
}

const isSame = (given: string, wanted: string): boolean => timingSafeEqual(digest(given), digest(wanted));
const digest = (text: string): Buffer => hash('sha256', text, 'buffer');
