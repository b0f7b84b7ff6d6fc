/**
 * The deadline: the time after which the service answers a request with 504 if its handler has not finished. Fastify keeps a
 * timer and a signal for each request of a route with a deadline. A cached read answers most requests before a handler runs.
 * So it declares `ownDeadline`, and sets a deadline only for the requests that need one.
 */
import fp from 'fastify-plugin';

/** @param timeoutMs 0 for no deadline. */
export const deadline = fp<{ timeoutMs: number }>(
  async (app, { timeoutMs }) => {
    if (timeoutMs === 0) return;
    app.addHook('onRoute', (route) => {
      if (!route.config?.ownDeadline) route.handlerTimeout ??= timeoutMs;
    });
  },
  { name: 'deadline' },
);
