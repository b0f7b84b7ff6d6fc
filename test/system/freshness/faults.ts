/** The faults: one after another, each over before the next begins. */
import { Redis } from 'ioredis';
import type { Ground } from './ground.ts';

type Fault = (ground: Ground) => Promise<unknown>;

const rest = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** By the names of the command line. */
export const FAULTS: Readonly<Record<string, Fault>> = {
  'redis-flush': (ground) => tellRedis(ground, (redis) => redis.flushall()),
  'redis-pause': (ground) => tellRedis(ground, (redis) => redis.call('client', 'pause', '300')),
  async 'redis-stop'({ redis }) {
    redis.pause();
    await rest(400);
    redis.resume();
  },
  async 'redis-kill'({ redis }) {
    await redis.kill();
    await rest(200);
    await redis.start();
  },
  async 'follower-cut'({ pool }) {
    await pool.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE datname = current_database() AND application_name = 'hotpath follower'`);
  },
  async 'follower-freeze'({ proxy }) {
    proxy.freeze();
    await rest(1500);
    proxy.thaw();
  },
  async 'instance-kill'({ instances, random }) {
    const instance = random.pick(instances);
    instance.isDown = true;
    await instance.kill();
    await instance.start();
    instance.isDown = false;
  },
};

async function tellRedis({ redis: { port } }: Ground, tell: (redis: Redis) => Promise<unknown>): Promise<void> {
  const redis = new Redis(port, '127.0.0.1', { retryStrategy: () => null });
  redis.on('error', () => {});
  try {
    await tell(redis);
  } finally {
    redis.disconnect();
  }
}

export async function injectFaults(ground: Ground, names: readonly string[], onFault: (name: string) => void) {
  const random = ground.random.fork();
  while (names.length > 0 && !ground.isOver()) {
    await random.pause(1000);
    const name = random.pick(names);
    onFault(name);
    await FAULTS[name]!(ground);
  }
}
