/**
 * Load shedding: a process that falls behind (its event loop late, its line long, or its heap full) turns requests away
 * before they cost anything, with 503 and `Retry-After`, so that those that it has begun are answered.
 */
import underPressure from '@fastify/under-pressure';
import type { FastifyInstance, FastifyReply } from 'fastify';
import fp from 'fastify-plugin';
import { requestError } from 'hotpath';
import { withLedger } from 'hotpath/budget';
import { Gauge } from 'prom-client';
import type { Config } from '../config.ts';
import { createLine, type Line } from './overload/line.ts';

declare module 'fastify' {
  interface FastifyInstance {
    /** Where requests wait for their turn. */
    readonly line: Line;
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
    const line = createLine({ turnMs: TURN_MS, patienceMs: eventLoopDelayMs });
    app.decorate('line', line);
    app.addHook('onReady', async () => publishLine(app, line));
    app.addHook('onRequest', ({ routeOptions, ledger }, reply, done) => {
      if (routeOptions.config.unlimited || line.isOpen()) return done();
      // Of all asynchronous contexts the ledger's alone: a snapshot of them costs more than to begin a request may.
      line.join((isRefused) => {
        if (!isGone(reply)) withLedger(ledger, () => done(isRefused ? tooBusy() : undefined));
      });
    });
  },
  { name: 'overload', dependencies: ['hotpath-budget'] },
);

function publishLine({ metrics }: FastifyInstance, line: Line): void {
  new Gauge({
    name: 'hotpath_requests_waiting',
    help: 'Requests that wait for their turn.',
    registers: [metrics],
    collect() {
      this.set(line.length);
    },
  });
}

/** Whether its client is gone. Its span has ended then, and nobody is there to be answered. */
const isGone = ({ raw }: FastifyReply): boolean => raw.destroyed;

const tooBusy = () => requestError('overloaded', 'Too busy for now; try again shortly.');
