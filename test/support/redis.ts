/**
 * Redis for tests: a real server, started for the test file on a free port of the loopback, that keeps nothing.
 *
 * `useRedis()` is for those who need a Redis: REDIS_URL replaces the server, and then each worker empties and uses the
 * database of its own number there. `useRedisServer()` is for those who break one: always a server of their own, to be
 * stopped, started and paused. Neither skips: without a `redis-server` to start, the tests fail with one sentence.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { Redis } from 'ioredis';
import { afterAll, beforeAll } from 'vitest';
import { freePort } from './free-port.ts';
import { redisProgram } from './redis-program.ts';

/** A Redis of its own, on one port for as long as it lives. */
export interface RedisServer {
  readonly url: string;
  readonly port: number;
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

/** Starts a Redis; the caller stops it. @param settings of Redis, beside those that keep it small and local. */
export async function startRedis(settings: Readonly<Record<string, string>> = {}): Promise<RedisServer> {
  const program = await redisProgram();
  const port = await freePort();
  let child: ChildProcess | undefined;
  const server: RedisServer = {
    url: `redis://127.0.0.1:${port}`,
    port,
    async start() {
      child = await listening(program, { ...LOCAL, ...settings, port: String(port) });
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

const LOCAL = { bind: '127.0.0.1', save: '', appendonly: 'no', daemonize: 'no', dir: '/tmp' };

async function listening(program: string, settings: Readonly<Record<string, string>>): Promise<ChildProcess> {
  const args = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, ...value.split(' ')]);
  // Nothing of the worker's is inherited: a server that a test left behind would keep the whole run from ending.
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const log: string[] = [];
  const ready = new Promise<void>((resolve, reject) => {
    for (const input of [child.stdout, child.stderr]) {
      createInterface({ input }).on('line', (line) => {
        log.push(line);
        if (/Ready to accept connections/i.test(line)) resolve();
      });
    }
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
