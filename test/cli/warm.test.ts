/** `hotpath warm` and the warm-up of a process, with a real Redis between them. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { Redis } from 'ioredis';
import { describe, expect, it } from 'vitest';
import { buildApp } from '../../src/app.ts';
import { marketplaceWarm as command } from '../../src/cli/warm.ts';
import { loadConfig } from '../../src/config/config.ts';
import { as, testEnvironment } from '../support/app.ts';
import { ask, useInstances } from '../support/instances.ts';
import { useRedisServer } from '../support/redis.ts';

const server = useRedisServer();
const service = useInstances({ count: 1, environment: () => ({ REDIS_URL: server().url }) });
const app = () => service().apps[0]!;
const environment = () => ({ ...testEnvironment(service().databaseUrl), REDIS_URL: server().url });

const QUESTIONS = [
  ['/v1/products?limit=2', {}],
  ['/v1/users/3/dashboard', as(3)],
  ['/v1/devices?limit=2', as(4)],
] as const;

async function warm(...args: string[]) {
  return warmWith({}, ...args);
}

async function warmWith(changes: Record<string, string>, ...args: string[]) {
  const { PATH = '', HOME = '', NODE_COMPILE_CACHE = '' } = process.env;
  const child = spawn(process.execPath, ['src/cli/main.ts', 'warm', ...args], {
    env: { PATH, HOME, NODE_COMPILE_CACHE, ...environment(), ...changes },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [said, progress, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
  return { said, progress, code };
}

describe('the most read responses', () => {
  it('are recorded in Redis, read by the command, and in the memory of a process before it is ready', async () => {
    for (const [url, headers] of QUESTIONS) for (const _ of [1, 2, 3, 4]) await ask(app(), url, headers);
    await app().hotpath.cache.settled();
    await app().hotpath.popular!.report(app().hotpath.cache.takeReads(10));
    const redis = new Redis(server().url);
    const entries = await redis.keys('hotpath:*');
    await redis.unlink(entries.filter((key) => !key.includes('{popular}')));

    expect(await warm('--rate', '1000')).toMatchObject({
      said: '3 of the most read are in Redis; 3 had to be read.\n',
      progress: expect.stringMatching(/^3\/3 /m),
      code: 0,
    });
    const kept = (await redis.keys('hotpath:*')).filter((key) => !key.includes('{popular}'));
    const lives = await Promise.all(kept.map((key) => redis.pttl(key)));
    expect(lives.map((life) => life > 30_000)).toEqual([true, true, true]);
    expect(await warm()).toMatchObject({ said: '3 of the most read are in Redis; 0 had to be read.\n', code: 0 });
    expect((await warm()).progress).not.toContain('Warning');

    const started = buildApp(loadConfig({ ...environment(), CACHE_WARM_UP_ENTRIES: '10' }));
    await started.ready();
    await expect.poll(async () => (await started.inject('/readyz')).statusCode).toBe(200);
    for (const [url, headers] of QUESTIONS) expect((await ask(started, url, headers)).cache).toBe('l1 hit');
    await started.close();
    redis.disconnect();
  }, 60_000);

  it('delay the readiness of a process until they are in its memory', async () => {
    const started = buildApp(loadConfig({ ...environment(), CACHE_WARM_UP_ENTRIES: '10' }));
    const known = Promise.withResolvers<string[]>();
    started.addHook('onReady', async () => void Object.assign(started.hotpath.popular!, { top: () => known.promise }));
    await started.ready();
    const early = await started.inject('/readyz');
    expect([early.statusCode, early.json().code]).toEqual([503, 'WARMING_UP']);
    known.resolve([]);
    await expect.poll(async () => (await started.inject('/readyz')).statusCode).toBe(200);
    await started.close();
  });
});

it('leaves out a page behind a guard, and says so', async () => {
  const { rows } = await app().pool.query('select user_id as id from permissions where project_id = 1 limit 1');
  for (const _ of [1, 2, 3, 4]) expect((await ask(app(), '/v1/projects/1', as(rows[0].id))).status).toBe(200);
  await app().hotpath.popular!.report(app().hotpath.cache.takeReads(10));
  const { said, code } = await warm();
  expect(said).toMatch(/^1 were left out: their routes have a guard\.$/m);
  expect(code).toBe(0);
}, 30_000);

it('fails if Redis does not answer, and says so', async () => {
  const { said, progress, code } = await warmWith({ REDIS_URL: 'redis://127.0.0.1:1' });
  expect(said).toBe('');
  expect(progress).toContain('Redis does not answer.');
  expect(code).toBe(1);
}, 30_000);

it.each([
  ['--rate=0', /--rate must be/],
  ['--top=all', /--top must be/],
  ['--fast', /Unknown option/],
])('hotpath warm %s is refused', async (argument, words) => {
  await expect(command.run([argument])).rejects.toThrow(words);
});
