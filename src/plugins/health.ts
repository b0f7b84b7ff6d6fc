/**
 * Health: `/healthz` says that the process answers; `/readyz` that it should be sent requests, which it should not
 * while the database is away, its memory is still being filled, or the process is draining.
 */
import fp from 'fastify-plugin';
import { requestError } from '../engine/http/errors.ts';

export const health = fp(
  async (app) => {
    app.get('/healthz', { config: { budget: 0, unlimited: true } }, async (_request, reply) => {
      return reply.header(...NOT_KEPT).send({ status: 'ok' });
    });
    app.get('/readyz', { config: { budget: 1, unlimited: true } }, async (_request, reply) => {
      if (app.isDraining()) throw requestError('shuttingDown', 'This process is shutting down.');
      if (!app.isWarm()) throw requestError('warmingUp', 'This process is filling its memory.');
      await app.pool.query('select 1');
      return reply.header(...NOT_KEPT).send({ status: 'ready' });
    });
  },
  { name: 'health', dependencies: ['database', 'connections'] },
);

const NOT_KEPT = ['cache-control', 'no-store'] as const;
