/** The log of a real process: one line a request, and an outage as one error and a count. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { describe, expect, it, onTestFinished } from 'vitest';
import { as, testEnvironment } from '../support/app.ts';
import { testDatabaseUrl } from '../support/database.ts';
import { freePort } from '../support/free-port.ts';
import { type ServiceProcess, startService } from '../support/process.ts';
import { openProxy } from '../support/proxy.ts';

const start = async (more: Record<string, string> = {}): Promise<ServiceProcess> =>
  startService({ ...testEnvironment(await testDatabaseUrl()), LOG_LEVEL: 'info', ...more });

/** @returns the lines of the log, once the process has ended. */
async function ended(service: ServiceProcess) {
  service.child.kill('SIGTERM');
  expect(await service.exit).toBe(0);
  return service.log.map((line) => JSON.parse(line));
}

describe('a request', () => {
  it('is one line at info, with all that an operator looks for', async () => {
    const service = await start({ TRUST_PROXY: 'loopback' });
    const headers = { ...as(7), 'x-forwarded-for': '[2001:DB8:0::7]:4711', 'x-request-id': 'r-1' };
    await fetch(`${service.address}/v1/categories?limit=1&fields=slug,name`, { headers });
    await fetch(`${service.address}/v1/categories?limit=1&fields=slug,name`, { headers });
    const [first, second, ...others] = (await ended(service)).filter(({ msg }) => msg === 'request completed');
    expect(others).toEqual([]);
    const told = {
      method: 'GET',
      route: '/v1/categories',
      path: '/v1/categories',
      status: 200,
      viewer: '7',
      role: 'user',
    };
    expect(first).toMatchObject({
      ...told,
      address: '2001:db8::7',
      statements: 1,
      cache: 'database miss',
      reqId: 'r-1',
    });
    expect(second).toMatchObject({
      ...told,
      address: '2001:db8::7',
      statements: 0,
      cache: 'l1 hit',
      ms: expect.any(Number),
    });
    expect(service.log.join('\n')).not.toContain('fields=');
  });

  it('has the code of its refusal, and a path that is cut', async () => {
    const service = await start();
    await fetch(`${service.address}/${'x'.repeat(5000)}`);
    const [line] = (await ended(service)).filter(({ msg }) => msg === 'request completed');
    expect(line).toMatchObject({ status: 404, code: 'NOT_FOUND', path: `/${'x'.repeat(255)}…`, address: '127.0.0.1' });
    expect(line).not.toHaveProperty('viewer');
  });

  it('has no line above info', async () => {
    const service = await start({ LOG_LEVEL: 'info' });
    const { port } = new URL(service.address);
    await ended(service);
    const quiet = startService({ ...testEnvironment(await testDatabaseUrl()), LOG_LEVEL: 'warn', PORT: port });
    quiet.catch(() => {});
    await expect
      .poll(
        () =>
          fetch(`http://127.0.0.1:${port}/v1/categories`).then(
            ({ status }) => status,
            () => 0,
          ),
        { timeout: 10_000 },
      )
      .toBe(200);
  });
});

describe('an outage', () => {
  it('is one error with its stack, and a count', async () => {
    const proxy = await openProxy(testEnvironment(await testDatabaseUrl()).DATABASE_URL, 'hotpath');
    onTestFinished(() => proxy.close());
    const service = await start({ DATABASE_URL: proxy.url, DATABASE_POOL_MIN: '1', CACHE_ROLLOUT_PERCENT: '0' });
    await proxy.close();
    const asked = Array.from({ length: 300 }, () => fetch(`${service.address}/v1/devices?limit=1`, { headers: as(1) }));
    const statuses = new Set((await Promise.all(asked)).map(({ status }) => status));
    expect(statuses).toEqual(new Set([503]));
    const lines = await ended(service);
    expect(lines.filter(({ msg }) => msg === 'request completed')).toHaveLength(300);
    const errors = lines.filter(({ err }) => err?.stack);
    expect(errors.length).toBeLessThan(10);
    const failed = lines.filter(({ level, msg }) => level === 50 && /database cannot be reached/i.test(msg));
    const counted = failed.map(({ times = 1 }) => times).reduce((sum, times) => sum + times, 0);
    expect(counted).toBe(300);
  });
});

it('a full disk behind the log costs lines and no request', async () => {
  const port = await freePort();
  const full = openSync('/dev/full', 'w');
  const child = spawn(process.execPath, ['src/main.ts'], {
    env: { ...process.env, ...testEnvironment(await testDatabaseUrl()), LOG_LEVEL: 'info', PORT: String(port) },
    stdio: ['ignore', full, 'inherit'],
  });
  onTestFinished(() => {
    child.kill('SIGKILL');
    closeSync(full);
  });
  const status = () => fetch(`http://127.0.0.1:${port}/v1/categories`).then((reply) => reply.status, String);
  await expect.poll(status, { timeout: 20_000 }).toBe(200);
  for (let request = 0; request < 20; request += 1) expect(await status()).toBe(200);
  child.kill('SIGTERM');
  expect(await once(child, 'exit')).toEqual([0, null]);
});
