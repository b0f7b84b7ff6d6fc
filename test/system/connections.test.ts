import { expect, it } from 'vitest';
import { as, testEnvironment } from '../support/app.ts';
import { testDatabaseUrl } from '../support/database.ts';
import { lockTable } from '../support/lock.ts';
import { startService } from '../support/process.ts';
import { openConnection, repliesIn } from '../support/socket.ts';

const PATIENT = { timeout: 10_000 };

const request = (path: string, headers: Record<string, string> = {}) => {
  const lines = Object.entries({ host: 'x', ...headers }).map(([name, value]) => `${name}: ${value}\r\n`);
  return `GET ${path} HTTP/1.1\r\n${lines.join('')}\r\n`;
};

it('a process that gets the signal to stop closes idle connections at once, and busy ones with their reply', async () => {
  const service = await startService({ ...testEnvironment(await testDatabaseUrl()), LOG_LEVEL: 'info' });
  const lock = await lockTable('users');
  const idle = await openConnection(service.address, request('/healthz'));
  await expect.poll(idle.received, PATIENT).toContain('"ok"');
  const fresh = await openConnection(service.address);
  const slow = await openConnection(service.address, 'GET /healthz HTTP/1.1\r\nHost: x\r\n');
  const busy = await openConnection(service.address, request('/v1/users/1/dashboard', as(1)));
  await expect.poll(lock.waiting, PATIENT).toBe(1);

  service.child.kill('SIGTERM');
  expect(repliesIn(await idle.closed)).toHaveLength(1);
  expect([await fresh.closed, await slow.closed]).toEqual(['', '']);
  busy.socket.write(request('/healthz'));
  await lock.release();
  const [reply, ...more] = repliesIn(await busy.closed);
  expect(reply!.status).toBe(404);
  expect(reply!.headers['connection']).toBe('close');
  expect(more).toEqual([]);
  expect(await service.exit).toBe(0);
});

it('a request whose client leaves is counted with the time that it was waited for', async () => {
  const service = await startService({ ...testEnvironment(await testDatabaseUrl()), LOG_LEVEL: 'info' });
  const lock = await lockTable('users');
  const path = '/v1/users/1/dashboard';
  const left = await openConnection(service.address, request(path, as(1)));
  await expect.poll(lock.waiting, PATIENT).toBe(1);
  left.socket.destroy();
  const metrics = async () => (await fetch(`${service.address}/metrics`)).text();
  const counted =
    /^http_request_duration_seconds_count\{method="GET",route="\/v1\/users\/:id\/dashboard",(.*)\} (\d+)$/gm;
  await expect
    .poll(async () => [...(await metrics()).matchAll(counted)].map(([, labels, count]) => [labels, count]), PATIENT)
    .toEqual([['status_code="499",cohort="cached"', '1']]);
  await lock.release();
  service.child.kill('SIGTERM');
  expect(await service.exit).toBe(0);
});
