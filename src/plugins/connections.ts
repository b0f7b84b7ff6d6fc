/**
 * Connections: which have a request in hand, and what becomes of them when either side ends.
 *
 * A process that shuts down closes each that waits for its client, to send a request or the rest of one, at once; Node.js
 * closes only those that have had a request answered, and no longer looks for late ones. Each that has a request in hand
 * is closed by the reply. So no client can hold up the end but by a request that is being answered.
 *
 * A client that leaves before its reply is out ends a request that no `onResponse` hook hears of; who wants to can.
 */
import type { Socket } from 'node:net';
import type { FastifyReply } from 'fastify';
import fp from 'fastify-plugin';

declare module 'fastify' {
  interface FastifyInstance {
    /** Whether the process is shutting down. */
    isDraining(): boolean;
    /** Calls `listener` with each reply whose client has left before it was out. */
    whenAborted(listener: (reply: FastifyReply) => void): void;
  }
}

export const connections = fp(
  async (app) => {
    let draining = false;
    const open = new Set<Socket>();
    const inHand = new WeakMap<Socket, FastifyReply>();
    const listeners: ((reply: FastifyReply) => void)[] = [];
    app.decorate('isDraining', () => draining);
    app.decorate('whenAborted', (listener) => void listeners.push(listener));
    app.server.on('connection', (socket: Socket) => {
      open.add(socket);
      socket.once('close', () => {
        open.delete(socket);
        const reply = inHand.get(socket);
        if (reply) for (const listener of listeners) listener(reply);
      });
    });
    app.addHook('onRequest', ({ raw }, reply, done) => {
      inHand.set(raw.socket, reply);
      done();
    });
    app.addHook('onSend', (_request, reply, _payload, done) => {
      if (draining) reply.header('connection', 'close');
      done();
    });
    app.addHook('onResponse', ({ raw }, reply, done) => {
      // Who sends requests ahead has another one in hand by now.
      if (inHand.get(raw.socket) === reply) inHand.delete(raw.socket);
      done();
    });
    app.addHook('preClose', async () => {
      draining = true;
      for (const socket of open) if (!inHand.has(socket)) socket.destroy();
    });
  },
  { name: 'connections' },
);
