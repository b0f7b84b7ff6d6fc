/**
 * Health: `/healthz` says that the process answers; `/readyz` that it should be sent requests, which it should not
 * while the database is away or the process is draining. A draining process closes each connection with its reply, so
 * that no client that keeps one open holds up the end.
 */
import fp from 'fastify-plugin';
import { requestError } from '../engine/http/errors.ts';

export const health = fp(
  async (app) => {
    let draining = false;
    app.addHook('preClose', async () => {
      draining = true;
    });
    app.addHook('onSend', (_request, reply, _payload, done) => {
      if (draining) reply.header('connection', 'close');
      done();
    });
    app.get('/healthz', { config: { budget: 0 } }, async () => ({ status: 'ok' }));
    app.get('/readyz', { config: { budget: 1 } }, async () => {
      if (draining) throw requestError('shuttingDown', 'This process is shutting down.');
      await app.pool.query('select 1');
      return { status: 'ready' };
    });
  },
  { name: 'health', dependencies: ['database'] },
);
