/** Servers under measurement: the service as `npm start` runs it, or any child that answers where it listens. */
import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { PROJECT } from '../../src/dev/home.ts';
import { startProgram } from './child.ts';

export interface Server {
  readonly name: string;
  readonly address: string;
  readonly pid: number;
}

/** The service, ready. */
export interface Service extends Server {
  /** From the start of the process until it was ready. */
  readonly startMs: number;
}

export interface ServiceStart {
  readonly name: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Of Node.js, such as `--cpu-prof`. */
  readonly options?: readonly string[];
}

const RETRY_MS = 50;

/** `npm start`, as in production; resolves when it is ready. */
export async function startService(stack: AsyncDisposableStack, start: ServiceStart): Promise<Service> {
  const { name, environment, options = [] } = start;
  const port = await freePort();
  const startedAt = performance.now();
  const child = startProgram(stack, [process.execPath, ...options, 'src/main.ts'], {
    cwd: PROJECT,
    env: { SHUTDOWN_DELAY_MS: '0', ...environment, PORT: String(port) },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const address = `http://127.0.0.1:${port}`;
  while (!(await isReady(address))) {
    if (child.exitCode !== null) throw new Error(`The service ended with ${child.exitCode} before it was ready.`);
    await pause(RETRY_MS);
  }
  return { name, address, pid: child.pid!, startMs: performance.now() - startedAt };
}

export const isReady = (address: string): Promise<boolean> =>
  fetch(`${address}/readyz`).then(
    ({ ok }) => ok,
    () => false,
  );

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}
