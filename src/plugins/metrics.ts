/**
 * Metrics: what the service counts, at `/metrics`, for Prometheus. Most of it is counted anyhow, and looked up when it is
 * asked for; what each request adds is its time and its statements.
 *
 * The service faces the world, and so does its port. In production `/metrics` is for who brings `METRICS_TOKEN`, and for
 * administrators; elsewhere for everybody, until there is a token.
 */
import { hash, timingSafeEqual } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import { requestError } from 'hotpath/http/errors';
import { expose } from 'hotpath/telemetry/metrics/exposition';
import { createRegistry } from 'hotpath/telemetry/metrics/registry';
import type { Registry } from 'prom-client';
import type { Config } from '../config.ts';
import { countRequests } from './metrics/requests.ts';
import { publishState } from './metrics/state.ts';
import { metricsOfAll } from './metrics/workers.ts';

declare module 'fastify' {
  interface FastifyInstance {
    /** Whoever counts something registers it here. */
    readonly metrics: Registry;
  }
}

export const metrics = fp<{ config: Config['metrics'] }>(
  async (app, { config }) => {
    const registry = createRegistry();
    app.decorate('metrics', registry);
    if (app.hasRequestDecorator('ledger')) countRequests(app);
    app.addHook('onReady', async () => publishState(app));
    const collect = metricsOfAll(registry);
    app.addHook('onClose', async () => collect.close());
    app.get(
      '/metrics',
      { config: { budget: 0, unlimited: true }, schema: { hide: true }, compress: false, onRequest: mayRead(config) },
      async ({ headers }, reply) => {
        const { contentType, text } = await expose(await collect.all(), headers.accept);
        return reply.header('content-type', contentType).send(text);
      },
    );
  },
  { name: 'metrics' },
);

const mayRead =
  ({ token, isOpen }: Config['metrics']) =>
  async (request: FastifyRequest): Promise<void> => {
    const isKnown = token === undefined ? isOpen : isSame(request.headers.authorization ?? '', `Bearer ${token}`);
    if (!isKnown && request.viewer?.role !== 'admin') refuse(request);
    // It is no token of a viewer's.
    request.refusal = undefined;
  };

function refuse({ viewer }: FastifyRequest): never {
  const detail = 'Metrics are for who brings METRICS_TOKEN, and for administrators.';
  throw requestError(viewer?.subject === undefined ? 'unauthenticated' : 'forbidden', detail);
}

const isSame = (given: string, wanted: string): boolean => timingSafeEqual(digest(given), digest(wanted));
const digest = (text: string): Buffer => hash('sha256', text, 'buffer');
