/**
 * Load shedding: a process that falls behind (its event loop late, its line long, or its heap full) turns requests away
 * before they cost anything, with 503 and `Retry-After`, so that those that it has begun are answered.
 */
import underPressure from '@fastify/under-pressure';
import fp from 'fastify-plugin';
import type { Config } from '../config.ts';
import { withLedger } from '../engine/budget/ledger.ts';
import { requestError } from '../engine/http/errors.ts';
import { createLine } from './overload/line.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Answers however many ask and however busy the process is: what operators and their probes ask for. */
    unlimited?: true;
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
    app.addHook('onRequest', ({ routeOptions, ledger }, _reply, done) => {
      if (routeOptions.config.unlimited || line.isOpen()) return done();
      if (!line.join(() => withLedger(ledger, done))) done(tooBusy());
    });
  },
  { name: 'overload', dependencies: ['budget'] },
);

const tooBusy = () => requestError('overloaded', 'Too busy for now; try again shortly.');
