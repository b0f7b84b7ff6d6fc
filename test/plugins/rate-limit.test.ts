import { Redis } from 'ioredis';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { App } from '../../src/app.ts';
import { as, SHORT_BOUNDS, useApp } from '../support/app.ts';
import { useRedisServer } from '../support/redis.ts';

const LIMITS = { RATE_LIMIT_PUBLIC: '3', RATE_LIMIT_VIEWER: '5' };

interface Asking {
  readonly headers?: Record<string, string>;
  readonly address?: string;
  readonly url?: string;
}

async function ask(app: App, { headers = {}, address = '192.0.2.1', url = '/v1/categories?limit=1' }: Asking = {}) {
  const reply = await app.inject({ url, headers, remoteAddress: address });
  return { status: reply.statusCode, headers: reply.headers, json: reply.json() };
}

const statuses = async (times: number, app: App, asking: Asking = {}) => {
  const seen: number[] = [];
  for (let n = 0; n < times; n += 1) seen.push((await ask(app, asking)).status);
  return seen;
};

describe('a limit', () => {
  const app = useApp({ environment: LIMITS });

  it('is in every reply, and ends in a 429 with Retry-After', async () => {
    const address = '192.0.2.10';
    const first = await ask(app(), { address });
    expect(first.headers).toMatchObject({ 'ratelimit-limit': '3', 'ratelimit-remaining': '2' });
    expect(Number(first.headers['ratelimit-reset'])).toBeGreaterThan(0);
    expect(await statuses(2, app(), { address })).toEqual([200, 200]);
    const refused = await ask(app(), { address });
    expect(refused.status).toBe(429);
    expect(refused.headers['content-type']).toMatch(/^application\/problem\+json/);
    expect(refused.headers).toMatchObject({ 'ratelimit-limit': '3', 'ratelimit-remaining': '0' });
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
    expect(Number(refused.headers['retry-after'])).toBeLessThanOrEqual(60);
    expect(refused.json).toMatchObject({ code: 'RATE_LIMITED', status: 429 });
  });

  it('applies to each address, whatever its headers claim', async () => {
    expect(await statuses(4, app(), { address: '192.0.2.20' })).toEqual([200, 200, 200, 429]);
    const headers = { 'x-forwarded-for': '203.0.113.9', forwarded: 'for=203.0.113.9', 'x-real-ip': '203.0.113.9' };
    expect(await statuses(1, app(), { address: '192.0.2.20', headers })).toEqual([429]);
    expect(await statuses(1, app(), { address: '192.0.2.21' })).toEqual([200]);
  });

  it('applies to a whole IPv6 network of one client', async () => {
    const seen = [];
    for (const end of ['1', '2', 'ffff:1', 'dead:beef'])
      seen.push(...(await statuses(1, app(), { address: `2001:db8::${end}` })));
    expect(seen).toEqual([200, 200, 200, 429]);
    expect(await statuses(1, app(), { address: '2001:db8:0:1::1' })).toEqual([200]);
  });

  it('applies to a viewer, from any address and with any of its tokens', async () => {
    const seen = [];
    for (let n = 0; n < 6; n += 1)
      seen.push(...(await statuses(1, app(), { headers: as(1), address: `192.0.2.${30 + n}` })));
    expect(seen).toEqual([200, 200, 200, 200, 200, 429]);
    expect(await statuses(1, app(), { headers: as(2) })).toEqual([200]);
  });

  it('counts unknown paths and invalid tokens for the address', async () => {
    const address = '192.0.2.50';
    expect(await statuses(2, app(), { address, url: '/v1/nothing' })).toEqual([404, 404]);
    const headers = { authorization: 'Bearer a.b.c' };
    expect(await statuses(2, app(), { address, headers })).toEqual([401, 429]);
  });

  it('does not apply to the probes and metrics of operators', async () => {
    const seen = await statuses(10, app(), { address: '192.0.2.60', url: '/healthz' });
    expect(seen).toEqual(Array(10).fill(200));
    expect((await ask(app(), { address: '192.0.2.60', url: '/readyz' })).headers['ratelimit-limit']).toBeUndefined();
  });
});

describe('no limit', () => {
  const app = useApp({ environment: { RATE_LIMIT_PUBLIC: '0', RATE_LIMIT_VIEWER: '1' } });

  it('is a limit of 0', async () => {
    expect(await statuses(5, app())).toEqual([200, 200, 200, 200, 200]);
    expect(await statuses(2, app(), { headers: as(1) })).toEqual([200, 429]);
  });
});

describe('behind a trusted proxy', () => {
  const app = useApp({ environment: { ...LIMITS, TRUST_PROXY: '10.0.0.0/8' } });
  const through = (proxy: string, client: string) => ({ address: proxy, headers: { 'x-forwarded-for': client } });

  it('the address is that of the client, as reported by the nearest proxy that is not trusted', async () => {
    expect(await statuses(4, app(), through('10.0.0.1', '198.51.100.1'))).toEqual([200, 200, 200, 429]);
    expect(await statuses(1, app(), through('10.0.0.2', '198.51.100.1'))).toEqual([429]);
    expect(await statuses(1, app(), through('10.0.0.2', '1.1.1.1, 198.51.100.1, 10.9.9.9'))).toEqual([429]);
    expect(await statuses(1, app(), through('10.0.0.2', '198.51.100.2'))).toEqual([200]);
  });

  it('no other proxy is believed', async () => {
    const seen = [];
    for (let n = 0; n < 4; n += 1)
      seen.push(...(await statuses(1, app(), through('192.0.2.7', `198.51.100.${50 + n}`))));
    expect(seen).toEqual([200, 200, 200, 429]);
  });
});

describe('far from the limit', () => {
  const redis = useRedisServer();
  const environment = () => ({ RATE_LIMIT_PUBLIC: '1000', RATE_LIMIT_VIEWER: '1000', REDIS_URL: redis().url });
  const one = useApp({ environment });
  const other = useApp({ environment });
  const remaining = async (app: App, headers: Record<string, string>) =>
    Number((await ask(app, { headers, url: '/v1/nothing' })).headers['ratelimit-remaining']);

  it('requests wait for Redis once a window, and other processes see their counts a moment later', async () => {
    const [asked, inspector] = [as(7), new Redis(redis().url)];
    /** The client sends a script's text once, and then its hash. */
    const evals = async () => {
      const stats = await inspector.info('commandstats');
      return [...stats.matchAll(/cmdstat_eval(?:sha)?:calls=(\d+)/g)].reduce(
        (sum, [, calls]) => sum + Number(calls),
        0,
      );
    };
    expect(await remaining(one(), asked)).toBe(999);
    expect(await evals()).toBe(1);
    for (let n = 2; n <= 20; n += 1) expect(await remaining(one(), asked)).toBe(1000 - n);
    await expect.poll(evals).toBeGreaterThan(1);
    expect(await remaining(other(), asked)).toBeLessThanOrEqual(979);
    expect(await evals()).toBeLessThan(10);
    expect((await inspector.keys('*')).join()).toMatch(/^hotpath:rate:[\w-]{43}$/);
    inspector.disconnect();
  });

  it('the counts of a window do not reduce the next one, though Redis gets them a moment late', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    onTestFinished(() => void vi.useRealTimers());
    const [asked, inspector] = [as(8), new Redis(redis().url)];
    onTestFinished(() => inspector.disconnect());
    const told = async () =>
      Math.max(0, ...(await Promise.all((await inspector.keys('*')).map((key) => inspector.get(key)))).map(Number));
    await inspector.flushall();
    for (let n = 1; n <= 20; n += 1) await remaining(one(), asked);
    await expect.poll(told).toBe(20);
    vi.setSystemTime(Date.now() + 59_000);
    expect(await remaining(one(), asked)).toBe(979);
    // Its window has expired in Redis.
    await inspector.flushall();
    await expect.poll(told).toBe(1);
    expect(await remaining(one(), asked)).toBeGreaterThan(985);
  });
});

describe('behind a proxy', () => {
  const app = useApp({ environment: { ...LIMITS, TRUST_PROXY: '10.0.0.0/8' } });
  const seen = async (spellings: string[]) => {
    const all: number[] = [];
    for (const forwarded of spellings)
      all.push(
        ...(await statuses(1, app(), { address: '::ffff:10.0.0.1', headers: { 'x-forwarded-for': forwarded } })),
      );
    return all;
  };

  it('an IPv4 address is one client, with any port and in any spelling', async () => {
    const spellings = ['203.0.113.7', '203.0.113.7:4711', '::ffff:203.0.113.7', '[::ffff:cb00:7107]:80, 10.2.2.2:99'];
    expect(await seen(spellings)).toEqual([200, 200, 200, 429]);
  });

  it('an IPv6 address is one client, with any port and in any spelling', async () => {
    const spellings = ['2001:db8:5::1', '[2001:DB8:5::1]:4711', '2001:db8:5:0:0:0:0:1', '[2001:0db8:0005::0001]'];
    expect(await seen(spellings)).toEqual([200, 200, 200, 429]);
  });

  it('an invalid address is counted as the proxy', async () => {
    expect(await seen(['unknown', '_hidden', '999.1.1.1', ''])).toEqual([200, 200, 200, 429]);
  });
});

describe('with Redis', () => {
  const redis = useRedisServer();
  const environment = () => ({ ...LIMITS, REDIS_URL: redis().url });
  const one = useApp({ environment });
  const other = useApp({ environment });

  it('processes count together', async () => {
    const address = '192.0.2.70';
    await expect.poll(() => countedTogether(one(), other())).toBe(true);
    expect(await statuses(2, one(), { address })).toEqual([200, 200]);
    expect(await statuses(2, other(), { address })).toEqual([200, 429]);
  });
});

describe('without Redis', () => {
  const redis = useRedisServer();
  const environment = () => ({ ...LIMITS, ...SHORT_BOUNDS, REDIS_URL: redis().url });
  const one = useApp({ environment });
  const other = useApp({ environment });
  const together = () => expect.poll(() => countedTogether(one(), other()), { timeout: 10_000 }).toBe(true);

  it.each(['stop', 'pause'] as const)(
    'each counts alone and waits for nothing, and together again after its return: %s',
    async (fault) => {
      await together();
      await redis()[fault]();
      const address = `198.51.100.${fault.length}`;
      expect(await statuses(4, one(), { address })).toEqual([200, 200, 200, 429]);
      expect(await statuses(4, other(), { address })).toEqual([200, 200, 200, 429]);
      await redis().stop();
      await redis().start();
      await together();
    },
  );
});

let fresh = 0;

/** Whether each process knows the other's count. */
async function countedTogether(one: App, other: App): Promise<boolean> {
  fresh += 1;
  const address = `203.0.113.${fresh}`;
  await ask(one, { address });
  return (await ask(other, { address })).headers['ratelimit-remaining'] === '1';
}
