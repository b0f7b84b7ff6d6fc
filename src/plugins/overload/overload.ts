/**
 * Load shedding: a process that is overloaded (its event loop is late, its request queue long, or its heap full) refuses
 * requests with 503 and `Retry-After` before they cost anything. So it can answer the requests that it has started.
 */
import underPressure from '@fastify/under-pressure';
import type { FastifyInstance, FastifyReply } from 'fastify';
import fp from 'fastify-plugin';
import { requestError } from 'hotpath';
import { withLedger } from 'hotpath/budget';
import { Gauge } from 'prom-client';
import type { Config } from '../../config/config.ts';
import { RequestQueue } from './request-queue.ts';

declare module 'fastify' {
  interface FastifyInstance {
    /** The requests that wait for admission. */
    readonly requestQueue: RequestQueue;
  }
}

const TURN_MS = 5;

export const overload = fp<{ config: Config['overload'] }>(
  async (app, { config: { eventLoopDelayMs, heapBytes } }) => {
    if (eventLoopDelayMs > 0 || heapBytes > 0) {
      await app.register(underPressure, {
        maxEventLoopDelay: eventLoopDelayMs,
        maxHeapUsedBytes: heapBytes,
        pressureHandler: async ({ routeOptions }) => {
          if (!routeOptions.config.unlimited) throw tooBusy();
        },
      });
    }
    const queue = new RequestQueue({ turnMs: TURN_MS, patienceMs: eventLoopDelayMs });
    app.decorate('requestQueue', queue);
    app.addHook('onReady', async () => publishQueue(app, queue));
    app.addHook('onRequest', ({ routeOptions, ledger }, reply, done) => {
      if (routeOptions.config.unlimited || queue.isOpen()) return done();
      // The work runs only in the ledger's async context: a snapshot of all contexts costs more than a request may.
      queue.join((isRefused) => {
        if (!isGone(reply)) withLedger(ledger, () => done(isRefused ? tooBusy() : undefined));
      });
    });
  },
  { name: 'overload', dependencies: ['hotpath-budget'] },
);

function publishQueue({ metrics }: FastifyInstance, queue: RequestQueue): void {
  new Gauge({
    name: 'hotpath_requests_waiting',
    help: 'Requests that wait for their turn.',
    registers: [metrics],
    collect() {
      this.set(queue.length);
    },
  });
}

/** Whether the client has disconnected. Then the span of the request has ended, too. */
const isGone = ({ raw }: FastifyReply): boolean => raw.destroyed;

const tooBusy = () => requestError('overloaded', 'Too busy for now; try again shortly.');
