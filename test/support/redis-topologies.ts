/** Redis as it is run where one server is not enough: a master that a sentinel watches, and a cluster of masters. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, vi } from 'vitest';
import { freePort } from './free-port.ts';
import { type RedisServer, startRedis } from './redis.ts';
import { redisProgram } from './redis-program.ts';

export interface Topology {
  /** The variables of the service. */
  readonly environment: Record<string, string>;
  readonly servers: readonly RedisServer[];
}

/** The name of the master that the sentinel knows. */
const MASTER = 'cache';

/** A master, a replica and a sentinel, from before the tests of a file until after them. */
export const useSentinel = (): (() => Topology) =>
  useTopology(async (stack) => {
    const master = await startIn(stack);
    const replica = await startIn(stack, { replicaof: `127.0.0.1 ${master.port}` });
    await vi.waitFor(async () => mustSay(await tell(replica, 'info', 'replication'), 'master_link_status:up'), 10_000);
    const sentinel = await startSentinel(stack, master.port);
    await vi.waitFor(async () => {
      const known = await tell({ url: `redis://127.0.0.1:${sentinel}` }, 'sentinel', 'replicas', MASTER);
      mustSay(JSON.stringify(known), String(replica.port));
    }, 20_000);
    const environment = { REDIS_URL: `redis://${MASTER}`, REDIS_SENTINELS: `127.0.0.1:${sentinel}` };
    return { environment, servers: [master, replica] };
  });

/** Three masters, each of a third of the slots, from before the tests of a file until after them. */
export const useCluster = (): (() => Topology) =>
  useTopology(async (stack) => {
    const servers = await Promise.all([0, 1, 2].map(() => startMaster(stack)));
    const third = Math.ceil(SLOTS / servers.length);
    const [first, ...others] = servers.map(({ server }) => server) as [RedisServer, ...RedisServer[]];
    for (const [index, { server, bus }] of servers.entries()) {
      const [from, to] = [index * third, Math.min((index + 1) * third, SLOTS) - 1];
      await tell(server, 'cluster', 'addslotsrange', from, to);
      await tell(first, 'cluster', 'meet', '127.0.0.1', server.port, bus);
    }
    for (const { server } of servers) {
      await vi.waitFor(async () => mustSay(await tell(server, 'cluster', 'info'), 'cluster_known_nodes:3'), 10_000);
      await vi.waitFor(async () => mustSay(await tell(server, 'cluster', 'info'), 'cluster_state:ok'), 10_000);
    }
    const nodes = others.map(({ port }) => `127.0.0.1:${port}`).join(',');
    return { environment: { REDIS_URL: first.url, REDIS_CLUSTER_NODES: nodes }, servers: [first, ...others] };
  });

const SLOTS = 16_384;

function useTopology(start: (stack: AsyncDisposableStack) => Promise<Topology>): () => Topology {
  const stack = new AsyncDisposableStack();
  let topology: Topology | undefined;
  beforeAll(async () => {
    topology = await start(stack);
  }, 120_000);
  afterAll(() => stack.disposeAsync());
  return () => topology!;
}

async function startIn(stack: AsyncDisposableStack, settings: Record<string, string> = {}): Promise<RedisServer> {
  const server = await startRedis(settings);
  stack.defer(server.stop);
  return server;
}

async function startMaster(stack: AsyncDisposableStack) {
  const bus = await freePort();
  const settings = {
    'cluster-enabled': 'yes',
    'cluster-port': String(bus),
    'cluster-config-file': `nodes-${bus}.conf`,
    'cluster-node-timeout': '1000',
    'cluster-require-full-coverage': 'no',
    dir: folderIn(stack),
  };
  return { server: await startIn(stack, settings), bus };
}

/** A sentinel writes what it learns into its configuration. @returns its port. */
async function startSentinel(stack: AsyncDisposableStack, master: number): Promise<number> {
  const port = await freePort();
  const file = join(folderIn(stack), 'sentinel.conf');
  const lines = [
    `port ${port}`,
    'bind 127.0.0.1',
    `sentinel monitor ${MASTER} 127.0.0.1 ${master} 1`,
    `sentinel down-after-milliseconds ${MASTER} 500`,
    `sentinel failover-timeout ${MASTER} 2000`,
  ];
  writeFileSync(file, `${lines.join('\n')}\n`);
  const child = spawn(await redisProgram(), [file, '--sentinel'], { stdio: 'ignore' });
  stack.defer(async () => {
    child.kill('SIGKILL');
    await once(child, 'exit');
  });
  return port;
}

function folderIn(stack: AsyncDisposableStack): string {
  const folder = mkdtempSync(join(tmpdir(), 'hotpath-redis-'));
  stack.defer(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

async function tell({ url }: Pick<RedisServer, 'url'>, command: string, ...args: (string | number)[]) {
  const redis = new Redis(url, { lazyConnect: true, retryStrategy: () => null });
  redis.on('error', () => {});
  try {
    await redis.connect();
    return (await redis.call(command, ...args)) as string;
  } finally {
    redis.disconnect();
  }
}

function mustSay(text: string, wanted: string): void {
  if (!text.includes(wanted)) throw new Error(`Not yet ${wanted}.`);
}
