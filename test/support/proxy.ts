/** A proxy before PostgreSQL: connections of one application can be held up or cut, as by a network that has died. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export interface FreezableProxy {
  /** The database's url, through the proxy. */
  readonly url: string;
  /** From now on nothing goes either way on connections of the application, new ones included; nothing is closed. */
  freeze(): void;
  thaw(): void;
  /** Closes the application's connections, without a word of PostgreSQL's. */
  cut(): void;
  close(): Promise<void>;
}

/** @param application whose connections, by the name that they give. */
export async function openProxy(databaseUrl: string, application = 'hotpath follower'): Promise<FreezableProxy> {
  const target = new URL(databaseUrl);
  const open = new Set<Socket>();
  const held = new Set<Socket>();
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
        if (from === client && bytes.includes(`application_name\0${application}\0`))
          for (const each of [client, database]) hold(each);
        to.write(bytes);
      });
      from.on('error', () => to.destroy());
      from.on('close', () => {
        open.delete(from);
        held.delete(from);
        to.destroy();
      });
    }
  });
  function hold(socket: Socket): void {
    held.add(socket);
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
      for (const socket of held) socket.pause();
    },
    thaw() {
      isFrozen = false;
      for (const socket of held) socket.resume();
    },
    cut() {
      for (const socket of held) socket.destroy();
    },
    async close() {
      server.close();
      for (const socket of open) socket.destroy();
    },
  };
}
