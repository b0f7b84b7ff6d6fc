/**
 * Load shedding: a process that falls behind (its event loop late, or its heap full) turns requests away before they
 * cost anything, with 503 and `Retry-After`, so that those that it has begun are answered.
 */
import underPressure from '@fastify/under-pressure';
import fp from 'fastify-plugin';
import type { Config } from '../config.ts';
import { requestError } from '../engine/http/errors.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Answers however many ask and however busy the process is: what operators and their probes ask for. */
    unlimited?: true;
  }
}

export const overload = fp<{ config: Config['overload'] }>(
  async (app, { config: { eventLoopDelayMs, heapBytes } }) => {
    if (eventLoopDelayMs === 0 && heapBytes === 0) return;
    await app.register(underPressure, {
      maxEventLoopDelay: eventLoopDelayMs,
      maxHeapUsedBytes: heapBytes,
      pressureHandler: async ({ routeOptions }) => {
        if (!routeOptions.config.unlimited) throw requestError('overloaded', 'Too busy for now; try again shortly.');
      },
    });
  },
  { name: 'overload' },
);
