/** Faults of Redis. */
import { setTimeout as rest } from 'node:timers/promises';
import { Redis } from 'ioredis';
import type { CheckStage } from '../stage.ts';
import type { Faults } from './fault.ts';

export const REDIS_FAULTS: Faults = {
  // It forgets everything.
  'redis-flush': (stage) => askRedis(stage, (redis) => redis.flushall()),
  // It answers late.
  'redis-pause': (stage) => askRedis(stage, (redis) => redis.call('client', 'pause', '300')),
  // It stands still.
  async 'redis-stop'({ ground: { redis } }) {
    redis.pause();
    await rest(400);
    redis.resume();
  },
  // It ends, and starts with nothing.
  async 'redis-kill'({ ground: { redis } }) {
    await redis.kill();
    await rest(200);
    await redis.start();
  },
};

async function askRedis({ ground }: CheckStage, ask: (redis: Redis) => Promise<unknown>): Promise<void> {
  const redis = new Redis(ground.redis.port, '127.0.0.1', { retryStrategy: () => null });
  redis.on('error', () => {});
  try {
    await ask(redis);
  } finally {
    redis.disconnect();
  }
}
