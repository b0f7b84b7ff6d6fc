/**
 * The drain: what a process that shuts down does with its connections. Each that waits for its client, to send a request
 * or the rest of one, is closed at once; Node.js closes only those that have had a request answered, and no longer looks
 * for late ones. Each that has a request in hand is closed by the reply. So no client can hold up the end but by a
 * request that is being answered.
 */
import type { Socket } from 'node:net';
import fp from 'fastify-plugin';

declare module 'fastify' {
  interface FastifyInstance {
    /** Whether the process is shutting down. */
    isDraining(): boolean;
  }
}

export const drain = fp(
  async (app) => {
    let draining = false;
    const open = new Set<Socket>();
    const busy = new WeakSet<Socket>();
    app.decorate('isDraining', () => draining);
    app.server.on('connection', (socket: Socket) => {
      open.add(socket);
      socket.once('close', () => open.delete(socket));
    });
    app.addHook('onRequest', ({ raw }, _reply, done) => {
      busy.add(raw.socket);
      done();
    });
    app.addHook('onSend', (_request, reply, _payload, done) => {
      if (draining) reply.header('connection', 'close');
      done();
    });
    app.addHook('onResponse', ({ raw }, _reply, done) => {
      busy.delete(raw.socket);
      done();
    });
    app.addHook('preClose', async () => {
      draining = true;
      for (const socket of open) if (!busy.has(socket)) socket.destroy();
    });
  },
  { name: 'drain' },
);
