/** A proxy before PostgreSQL: what goes through a follower's connections can be held up, as by a network that has died. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export interface FreezableProxy {
  /** The database's url, through the proxy. */
  readonly url: string;
  /** From now on nothing goes either way on connections of followers, new ones included; nothing is closed. */
  freeze(): void;
  thaw(): void;
  close(): Promise<void>;
}

const FOLLOWER = 'hotpath follower';

export async function openProxy(databaseUrl: string): Promise<FreezableProxy> {
  const target = new URL(databaseUrl);
  const open = new Set<Socket>();
  const followers = new Set<Socket>();
  let isFrozen = false;
  const server = createServer((client) => {
    const database = connect(Number(target.port), target.hostname);
    for (const [from, to] of [
      [client, database],
      [database, client],
    ] as const) {
      open.add(from);
      from.on('data', (bytes: Buffer) => {
        // The first message names the application.
        if (from === client && bytes.includes(FOLLOWER)) for (const each of [client, database]) hold(each);
        to.write(bytes);
      });
      from.on('error', () => to.destroy());
      from.on('close', () => {
        open.delete(from);
        followers.delete(from);
        to.destroy();
      });
    }
  });
  function hold(socket: Socket): void {
    followers.add(socket);
    if (isFrozen) socket.pause();
  }
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = new URL(databaseUrl);
  url.port = String((server.address() as AddressInfo).port);
  return {
    url: url.href,
    freeze() {
      isFrozen = true;
      for (const socket of followers) socket.pause();
    },
    thaw() {
      isFrozen = false;
      for (const socket of followers) socket.resume();
    },
    async close() {
      server.close();
      for (const socket of open) socket.destroy();
    },
  };
}
