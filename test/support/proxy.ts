/**
 * Proxies: one before PostgreSQL, where connections of one application can be frozen, delayed or cut, as by a network that
 * has failed; one before any server, that delays answers; and an address that may lead to another server later.
 */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

export interface FreezableProxy {
  /** The database's url, through the proxy. */
  readonly url: string;
  /** From now on nothing goes either way on connections of the application, new ones included; nothing is closed. */
  freeze(): void;
  thaw(): void;
  /** Closes the application's connections, without a word of PostgreSQL's. */
  cut(): void;
  /** How long answers on connections of the application take longer, in milliseconds. */
  delayMs: number;
  /** Leads new connections to another server; those that are open stay where they are. */
  moveTo(databaseUrl: string): void;
  /** From now on every connection breaks, of all applications: the server is away. */
  fail(): void;
  /** Lets connections through again. */
  recover(): void;
  close(): Promise<void>;
}

/** @param application whose connections, by the name that they give. */
export async function openProxy(databaseUrl: string, application = 'hotpath follower'): Promise<FreezableProxy> {
  let target = new URL(databaseUrl);
  const open = new Set<Socket>();
  const held = new Set<Socket>();
  let isFrozen = false;
  let hasFailed = false;
  const server = createServer((client) => {
    if (hasFailed) {
      client.on('error', () => {});
      client.destroy();
      return;
    }
    const database = connect(Number(target.port), target.hostname);
    let sent: Promise<unknown> | undefined;
    /** Late, and in order. */
    function sendLate(bytes: Buffer): void {
      const due = Promise.all([sent, delay(proxy.delayMs)]).then(() => client.write(bytes));
      sent = due;
      void due.then(() => {
        if (sent === due) sent = undefined;
      });
    }
    for (const [from, to] of [
      [client, database],
      [database, client],
    ] as const) {
      open.add(from);
      from.on('data', (bytes: Buffer) => {
        // The first message names the application.
        if (from === client && bytes.includes(`application_name\0${application}\0`))
          for (const each of [client, database]) hold(each);
        if (from === database && held.has(from) && (sent || proxy.delayMs > 0)) sendLate(bytes);
        else to.write(bytes);
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
  const proxy: FreezableProxy = {
    url: url.href,
    delayMs: 0,
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
    moveTo(other) {
      target = new URL(other);
    },
    fail() {
      hasFailed = true;
      for (const socket of open) socket.destroy();
    },
    recover() {
      hasFailed = false;
    },
    async close() {
      server.close();
      for (const socket of open) socket.destroy();
    },
  };
  return proxy;
}

export interface SlowProxy {
  readonly port: number;
  /** How long what comes back is held up, from now on. */
  delayMs: number;
  close(): Promise<void>;
}

/** @param to the port of a server on this machine. */
export async function openSlowProxy(to: number): Promise<SlowProxy> {
  const open = new Set<Socket>();
  const server = createServer((client) => {
    const target = connect(to, '127.0.0.1');
    let sent: Promise<unknown> = Promise.resolve();
    client.on('data', (bytes: Buffer) => target.write(bytes));
    target.on('data', (bytes: Buffer) => {
      // Late, and in order.
      sent = Promise.all([sent, delay(proxy.delayMs)]).then(() => client.write(bytes));
    });
    for (const [one, other] of [
      [client, target],
      [target, client],
    ] as const) {
      open.add(one);
      one.setNoDelay();
      one.on('error', () => other.destroy());
      one.on('close', () => {
        open.delete(one);
        other.destroy();
      });
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const proxy: SlowProxy = {
    port: (server.address() as AddressInfo).port,
    delayMs: 0,
    async close() {
      server.close();
      for (const socket of open) socket.destroy();
    },
  };
  return proxy;
}

export interface Address {
  /** The first database's url, through the proxy. */
  readonly url: string;
  /** Leads new connections to another server; those that are open stay where they are. */
  moveTo(databaseUrl: string): void;
  /** Closes all connections. */
  cut(): void;
  close(): Promise<void>;
}

/** An address that may lead to another server later, as a name or a load balancer does. */
export async function openAddress(databaseUrl: string): Promise<Address> {
  let port = Number(new URL(databaseUrl).port);
  const open = new Set<Socket>();
  const cut = () => {
    for (const socket of open) socket.destroy();
  };
  const server = createServer((client) => {
    const database = connect(port, '127.0.0.1');
    for (const [one, other] of [
      [client, database],
      [database, client],
    ] as const) {
      open.add(one);
      one.on('error', () => other.destroy());
      one.on('close', () => {
        open.delete(one);
        other.destroy();
      });
      one.pipe(other);
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = new URL(databaseUrl);
  url.port = String((server.address() as AddressInfo).port);
  return {
    url: url.href,
    moveTo(other) {
      port = Number(new URL(other).port);
    },
    cut,
    async close() {
      server.close();
      cut();
    },
  };
}
