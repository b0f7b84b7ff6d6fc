import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import pg from 'pg';
import { describe, expect, it } from 'vitest';
import { as, testEnvironment } from '../support/app.ts';
import { testDatabaseUrl } from '../support/database.ts';
import { lockTable } from '../support/lock.ts';
import { runToEnd, startService } from '../support/process.ts';
import { openConnection, repliesIn } from '../support/socket.ts';

const environment = async () => ({ ...testEnvironment(await testDatabaseUrl()), LOG_LEVEL: 'info' });

describe('the process', () => {
  it('finishes the request in flight at the signal to stop, closes its connections, and ends with 0', async () => {
    const service = await startService(await environment());
    const lock = await lockTable('users');
    const reply = fetch(`${service.address}/v1/users/1/dashboard`, { headers: as(1, 'admin') });
    await expect.poll(() => lock.waiting()).toBe(1);
    service.child.kill('SIGTERM');
    await expect
      .poll(() =>
        fetch(`${service.address}/healthz`).then(
          () => 'answers',
          () => 'refuses',
        ),
      )
      .toBe('refuses');
    await lock.release();
    expect((await reply).status).toBe(404);
    expect(await service.exit).toBe(0);
    const client = new pg.Client({ connectionString: await testDatabaseUrl() });
    await client.connect();
    await expect.poll(() => connectionsOf(client, 'hotpath')).toBe(0);
    await client.end();
  });

  it('says that it is not ready and lets clients go before it closes its port', async () => {
    const service = await startService({ ...(await environment()), SHUTDOWN_DELAY_MS: '3000' });
    const kept = await openConnection(service.address, 'GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n');
    await expect.poll(kept.received).toContain('"ok"');
    service.child.kill('SIGTERM');
    const readiness = async () => {
      const reply = await fetch(`${service.address}/readyz`);
      return [reply.status, ((await reply.json()) as { code?: string }).code, reply.headers.get('connection')];
    };
    await expect.poll(readiness).toEqual([503, 'SHUTTING_DOWN', 'close']);
    kept.socket.write('GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n');
    const [, second] = repliesIn(await kept.closed);
    expect([second?.status, second?.headers['connection']]).toEqual([200, 'close']);
    expect((await fetch(`${service.address}/healthz`)).status).toBe(200);
    expect(await service.exit).toBe(0);
  });

  it('opens its warm minimum of connections before it listens', async () => {
    const service = await startService({ ...(await environment()), DATABASE_POOL_MIN: '4' });
    const client = new pg.Client({ connectionString: await testDatabaseUrl() });
    await client.connect();
    expect(await connectionsOf(client, 'hotpath')).toBe(4);
    await client.end();
    service.child.kill('SIGTERM');
    expect(await service.exit).toBe(0);
  });

  it('gives up after the shutdown timeout', async () => {
    const service = await startService({ ...(await environment()), SHUTDOWN_TIMEOUT_MS: '300' });
    const lock = await lockTable('users');
    const reply = fetch(`${service.address}/v1/users/1/dashboard`, { headers: as(1, 'admin') }).catch(() => 'cut');
    await expect.poll(() => lock.waiting()).toBe(1);
    service.child.kill('SIGTERM');
    expect(await service.exit).toBe(1);
    expect(await reply).toBe('cut');
  });

  it('writes JSON lines without a token in them', async () => {
    const service = await startService({ ...(await environment()) });
    const { authorization } = as(1);
    await fetch(`${service.address}/v1/users/1/dashboard?token=secret`, { headers: { authorization } });
    service.child.kill('SIGINT');
    expect(await service.exit).toBe(0);
    const lines = service.log.map((line) => JSON.parse(line));
    expect(lines.filter(({ msg }) => msg === 'request completed')).toEqual([
      expect.objectContaining({ level: 30, path: '/v1/users/1/dashboard', status: 400, code: 'INVALID_REQUEST' }),
    ]);
    expect(service.log.join('\n')).not.toContain(authorization.slice(20));
    expect(service.log.join('\n')).not.toContain('token=secret');
  });
});

describe('a start that cannot succeed', () => {
  const sentence = async (more: Record<string, string>) => {
    const { code, stderr, stdout } = await runToEnd({ ...(await environment()), ...more });
    expect({ code, stdout }).toEqual({ code: 1, stdout: expect.any(String) });
    return stderr;
  };

  it('says which variable is wrong', async () => {
    expect(await sentence({ PORT: 'eighty' })).toBe('PORT is "eighty", but must be an integer from 0 to 65535.\n');
  });

  it('says that the port is taken', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    expect(await sentence({ PORT: String(port) })).toBe(`Port ${port} is taken: stop what uses it, or set PORT.\n`);
    other.close();
  });

  it('says that nothing answers at the database', async () => {
    const free = createServer().listen(0, '127.0.0.1');
    await once(free, 'listening');
    const { port } = free.address() as AddressInfo;
    free.close();
    await once(free, 'close');
    const url = `postgresql://nobody:secret@127.0.0.1:${port}/none`;
    expect(await sentence({ DATABASE_URL: url })).toBe(`Nothing answers at port ${port} of DATABASE_URL's host.\n`);
  });
});

async function connectionsOf(client: pg.Client, application: string): Promise<number> {
  const { rows } = await client.query(
    'select count(*)::int as count from pg_stat_activity where datname = current_database() and application_name = $1',
    [application],
  );
  return rows[0].count;
}
