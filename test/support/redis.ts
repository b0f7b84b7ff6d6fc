/**
 * Redis for tests: a real server, started for the test file on a free port of the loopback, that keeps nothing.
 *
 * `useRedis()` is for those who need a Redis: REDIS_URL replaces the server, and then each worker empties and uses the
 * database of its own number there. `useRedisServer()` is for those who break one: always a server of their own, to be
 * stopped, started and paused. Neither skips: without a `redis-server` to start, the tests fail with one sentence.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { Redis } from 'ioredis';
import { afterAll, beforeAll } from 'vitest';

/** A Redis of one's own, on one port for as long as it lives. */
export interface RedisServer {
  readonly url: string;
  /** Starts it, empty, where it was stopped; resolves when it accepts connections. */
  start(): Promise<void>;
  /** Ends it at once, as a crash does. */
  stop(): Promise<void>;
  /** Freezes it: connections stay open, and nothing answers. */
  pause(): void;
  resume(): void;
}

/** The url of an empty Redis, from before the tests of a file until after them. */
export function useRedis(): () => string {
  const given = process.env['REDIS_URL'];
  if (!given) {
    const server = useRedisServer();
    return () => server().url;
  }
  const url = new URL(given);
  url.pathname = `/${process.env['VITEST_POOL_ID']}`;
  beforeAll(() => empty(url.href));
  return () => url.href;
}

/** A Redis that may be broken, from before the tests of a file until after them. */
export function useRedisServer(): () => RedisServer {
  let server: RedisServer | undefined;
  beforeAll(async () => {
    server = await startRedis();
  }, 120_000);
  afterAll(() => server?.stop());
  return () => server!;
}

async function startRedis(): Promise<RedisServer> {
  const program = await redisProgram();
  const port = await freePort();
  let child: ChildProcess | undefined;
  const server: RedisServer = {
    url: `redis://127.0.0.1:${port}`,
    async start() {
      child = await listening(program, port);
    },
    async stop() {
      if (child?.exitCode !== null || child.signalCode !== null) return;
      const end = once(child, 'exit');
      child.kill('SIGKILL');
      await end;
    },
    pause: () => void child!.kill('SIGSTOP'),
    resume: () => void child!.kill('SIGCONT'),
  };
  await server.start();
  return server;
}

async function listening(program: string, port: number): Promise<ChildProcess> {
  const options = { port, bind: '127.0.0.1', save: '', appendonly: 'no', daemonize: 'no', dir: '/tmp' };
  const args = Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const log: string[] = [];
  const ready = new Promise<void>((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      log.push(line);
      if (/Ready to accept connections/i.test(line)) resolve();
    });
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`redis-server ended with ${code}:\n${log.join('\n')}`)));
  });
  await ready;
  return child;
}

async function empty(url: string): Promise<void> {
  const redis = new Redis(url, { lazyConnect: true });
  await redis.connect();
  await redis.flushdb();
  redis.disconnect();
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

const NAMES = ['redis-server', 'valkey-server'];

const found = (): string | undefined =>
  (process.env['PATH'] ?? '')
    .split(delimiter)
    .flatMap((folder) => NAMES.map((name) => join(folder, name)))
    .find((path) => existsSync(path));

/** The program, installed first where that is possible without asking anybody. */
async function redisProgram(): Promise<string> {
  if (!found() && process.getuid?.() === 0 && existsSync('/etc/debian_version')) await installPackage();
  const program = found();
  if (program) return program;
  throw new Error(
    'These tests need Redis: install redis-server (apt-get install redis-server, brew install redis), or set REDIS_URL.',
  );
}

/** Waits for whoever else installs at the moment, such as another worker of this run. */
async function installPackage(): Promise<void> {
  process.stderr.write('Installing redis-server by apt-get.\n');
  const apt = (...args: string[]) => promisify(execFile)('apt-get', ['-qq', '-o', 'DPkg::Lock::Timeout=120', ...args]);
  const install = () => apt('install', '-y', '--no-install-recommends', 'redis-server');
  await install().catch(async () => {
    await apt('-o', 'Acquire::Retries=3', 'update');
    await install();
  });
}
