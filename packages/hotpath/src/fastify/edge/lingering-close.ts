/**
 * A lingering close, as RFC 9112 (9.6) describes it. After a reply to a request that is still arriving, the server
 * first closes the connection for writing, and for a moment drops the bytes that arrive. If the server closed it at
 * once, the system would reset the connection, and the client might lose the reply.
 */
import type { Socket } from 'node:net';

const LINGER_MS = 1000;
const LINGER_BYTES = 1024 * 1024;
const LOOK_MS = 20;

/** Node.js ends the connection of a reply with `Connection: close` by `destroySoon`. */
export function lingerAtEnd(socket: Socket): void {
  socket.destroySoon = () => {
    socket.end();
    linger(socket);
  };
}

function linger(socket: Socket): void {
  const [until, most] = [Date.now() + LINGER_MS, socket.bytesRead + LINGER_BYTES];
  const looking = setInterval(() => {
    if (Date.now() > until || socket.bytesRead > most) socket.destroy();
  }, LOOK_MS);
  socket.once('close', () => clearInterval(looking));
}
