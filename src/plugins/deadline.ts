/**
 * The deadline: how long a handler may take until its request is answered with a 504. Fastify keeps a timer and a signal
 * for each request of a route that has one. A cached read answers most of its requests before a handler runs, so it
 * declares `ownDeadline`, and sets its own for those that need one.
 */
import fp from 'fastify-plugin';

/** @param timeoutMs 0 for ever. */
export const deadline = fp<{ timeoutMs: number }>(
  async (app, { timeoutMs }) => {
    if (timeoutMs === 0) return;
    app.addHook('onRoute', (route) => {
      if (!route.config?.ownDeadline) route.handlerTimeout ??= timeoutMs;
    });
  },
  { name: 'deadline' },
);
