import { setTimeout as pause } from 'node:timers/promises';
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

it.each([
  [
    'in the middle of a body',
    'POST /v1/orders HTTP/1.1\r\nContent-Type: application/json\r\nContent-Length: 100\r\n',
    '{',
  ],
  ['before a read from the database', 'GET /v1/users/1/transactions HTTP/1.1\r\n', ''],
  ['before the end of a head', 'GET /v1/users/1/transactions HTTP/1.1\r\n', undefined],
])('a client that leaves %s ends no process', async (_name, head, body) => {
  const service = await startService({ ...testEnvironment(await testDatabaseUrl()), LOG_LEVEL: 'info' });
  const lock = await lockTable('transactions');
  const { authorization } = as(1);
  const end = body === undefined ? '' : `\r\n${body}`;
  for (const leave of ['destroy', 'resetAndDestroy', 'end'] as const) {
    const left = await openConnection(service.address, `${head}Host: x\r\nAuthorization: ${authorization}\r\n${end}`);
    await pause(200);
    left.socket[leave]();
    await left.closed;
  }
  await lock.release();
  expect((await fetch(`${service.address}/healthz`)).status).toBe(200);
  service.child.kill('SIGTERM');
  expect(await service.exit).toBe(0);
});

const CONNECT = 'CONNECT x:1 HTTP/1.1\r\nHost: x\r\n\r\n';

it.each([
  ['behind another request', `${request('/healthz')}${CONNECT}`, [200, 404]],
  ['behind two others', `${request('/v1/products')}${request('/healthz')}${CONNECT}`, [200, 200, 404]],
  ['alone', CONNECT, [404]],
])('a CONNECT %s is refused, and its connection closes', async (_name, text, statuses) => {
  const service = await startService({ ...testEnvironment(await testDatabaseUrl()), LOG_LEVEL: 'info' });
  const waiting = await openConnection(service.address, text);
  expect(repliesIn(await waiting.closed).map(({ status }) => status)).toEqual(statuses);
  const leaving = await openConnection(service.address, text);
  await expect.poll(leaving.received, PATIENT).toContain(' 404 ');
  leaving.socket.resetAndDestroy();
  const gone = await openConnection(service.address, text);
  gone.socket.resetAndDestroy();
  await pause(200);
  expect((await fetch(`${service.address}/healthz`)).status).toBe(200);
  service.child.kill('SIGTERM');
  expect(await service.exit).toBe(0);
});
