/**
 * Connections: which of them have a request in hand, and how they close when either side ends. The rules:
 *
 * - A process that drains answers as before, and every reply closes its connection (`Connection: close`). So clients
 *   and load balancers leave without a failed request.
 * - A process that shuts down at once closes each connection that waits for its client to send a request or the rest of
 *   one. Node.js closes only connections that have had a request answered, and no longer checks for late ones. The
 *   reply closes each connection that has a request in hand. So only a request that is being answered can delay the
 *   end.
 * - A reply also closes its connection if the client has yet to send much of a body that the server will not read.
 *
 * If a client leaves before its reply is out, its request ends without an `onResponse` hook; `whenAborted` reports it. A
 * listener that fails is logged, since its error would end the process.
 */
import { Server, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import type { FastifyReply } from 'fastify';
import fp from 'fastify-plugin';
import { isArriving, isLeftUnread } from './arrival.ts';
import { lingerAtEnd } from './lingering-close.ts';

declare module 'fastify' {
  interface FastifyInstance {
    /** Whether the process is about to end, so that it should get no more requests. */
    isDraining(): boolean;
    /** From now on the process is not ready, and each reply closes its connection. It still accepts connections. */
    beginDraining(): void;
    /** Accepts no more connections. Resolves when no client is connected, or after `ms` milliseconds. */
    leavePort(ms: number): Promise<void>;
    /** Calls `listener` with each reply whose client left before the reply was out. */
    whenAborted(listener: (reply: FastifyReply) => void): void;
    /** The reply to the last request of a connection, until it is out. */
    replyOn(socket: Socket): FastifyReply | undefined;
  }
}

export const connections = fp(
  async (app) => {
    const open = new OpenConnections();
    app.decorate('isDraining', () => open.isDraining);
    app.decorate('replyOn', (socket) => open.replyOn(socket));
    app.decorate('beginDraining', () => {
      open.isDraining = true;
    });
    app.decorate('leavePort', async (ms) => {
      // The `close` of Node.js's HTTP server would also close the connections that wait for a request.
      Server.prototype.close.call(app.server);
      await open.emptyWithin(ms);
    });
    app.decorate('whenAborted', (listener) => open.whenAborted(listener));
    app.server.on('connection', (socket: Socket) => open.add(socket));
    app.addHook('onRequest', ({ raw }, reply, done) => {
      // RFC 9112 (9.6): after a reply with `Connection: close`, no bytes on the connection are a request.
      if (raw.socket.writableEnded) return void raw.socket.destroy();
      open.begin(raw.socket, reply);
      done();
    });
    app.addHook('onSend', ({ raw }, reply, _payload, done) => {
      if (open.isDraining || isLeftUnread(raw)) reply.header('connection', 'close');
      if (isArriving(raw) && reply.getHeader('connection') === 'close') lingerAtEnd(raw.socket);
      done();
    });
    app.addHook('onResponse', ({ raw }, reply, done) => {
      open.end(raw.socket, reply);
      done();
    });
    app.addHook('preClose', async () => open.drain());
  },
  { name: 'hotpath-connections' },
);

/** Where a socket has the reply that it has in hand; a `WeakMap` would make each collection of garbage longer. */
const IN_HAND = Symbol('hotpath/reply in hand');

interface ServedSocket extends Socket {
  [IN_HAND]?: FastifyReply | undefined;
}

/** Node.js keeps the address of a client from its first use on. At the end of the connection it is too late to ask. */
const rememberAddress = (socket: Socket): string | undefined => socket.remoteAddress;

/** The open connections of a process, and the reply that each has in hand. */
class OpenConnections {
  isDraining = false;
  readonly #open = new Set<ServedSocket>();
  readonly #listeners: ((reply: FastifyReply) => void)[] = [];

  add(socket: Socket): void {
    this.#open.add(socket);
    rememberAddress(socket);
    socket.once('close', () => {
      this.#open.delete(socket);
      const reply = this.replyOn(socket);
      if (reply) this.#reportAborted(reply);
    });
  }

  #reportAborted(reply: FastifyReply): void {
    for (const listener of this.#listeners) {
      try {
        listener(reply);
      } catch (err) {
        reply.log.error({ err }, 'A listener failed for a request whose client left.');
      }
    }
  }

  whenAborted(listener: (reply: FastifyReply) => void): void {
    this.#listeners.push(listener);
  }

  replyOn(socket: ServedSocket): FastifyReply | undefined {
    return socket[IN_HAND];
  }

  begin(socket: ServedSocket, reply: FastifyReply): void {
    socket[IN_HAND] = reply;
  }

  /** A client that pipelines requests has another one in hand by now. */
  end(socket: ServedSocket, reply: FastifyReply): void {
    if (socket[IN_HAND] === reply) socket[IN_HAND] = undefined;
  }

  /** Closes each connection that waits for its client. */
  drain(): void {
    this.isDraining = true;
    for (const socket of this.#open) if (!this.replyOn(socket)) socket.destroy();
  }

  async emptyWithin(ms: number): Promise<void> {
    const until = performance.now() + ms;
    while (this.#open.size > 0 && performance.now() < until) await pause(LOOK_MS);
  }
}

/** The time between two checks whether clients are connected, in milliseconds. */
const LOOK_MS = 20;
