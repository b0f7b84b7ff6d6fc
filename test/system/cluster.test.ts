import { once } from 'node:events';
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { describe, expect, it, onTestFinished } from 'vitest';
import { as, testEnvironment } from '../support/app.ts';
import { adminUrl, testDatabaseUrl } from '../support/database.ts';
import { lockTable } from '../support/lock.ts';
import { runToEnd, type ServiceProcess, startService } from '../support/process.ts';

const environment = async (more: Record<string, string> = {}) => ({
  ...testEnvironment(await testDatabaseUrl()),
  LOG_LEVEL: 'info',
  WORKERS: '2',
  DATABASE_POOL_MIN: '1',
  ...more,
});

interface Line {
  readonly pid: number;
  readonly msg: string;
}

const lines = ({ log }: ServiceProcess): Line[] => log.map((line) => JSON.parse(line));

/** The processes that said that they listen, in their order. */
const listeners = (service: ServiceProcess): number[] => [
  ...new Set(
    lines(service)
      .filter(({ msg }) => msg.startsWith('Server listening'))
      .map(({ pid }) => pid),
  ),
];

/** Processes start and end at their own pace. */
const eventually = <T>(probe: () => T) => expect.poll(probe, { timeout: 20_000 });

const said = (service: ServiceProcess, text: RegExp): Line[] => lines(service).filter(({ msg }) => text.test(msg));

async function startWorkers(more?: Record<string, string>): Promise<ServiceProcess> {
  const service = await startService(await environment(more));
  await eventually(() => listeners(service).length).toBe(2);
  return service;
}

const answers = (service: ServiceProcess) =>
  fetch(`${service.address}/readyz`, { headers: { connection: 'close' } }).then(
    ({ status }) => status,
    () => 'refuses',
  );

async function asAdmin(statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: adminUrl() });
  await client.connect();
  await client.query(statement);
  await client.end();
}

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

describe('a service of several processes', { timeout: 60_000 }, () => {
  it('answers on one port from all of them, and replaces one that is killed while the other answers', async () => {
    const service = await startWorkers();
    const [first, second] = listeners(service) as [number, number];
    expect(first).not.toBe(service.child.pid);
    await eventually(async () => {
      await answers(service);
      const answered = lines(service).filter(({ msg }) => msg === 'request completed');
      return new Set(answered.map(({ pid }) => pid));
    }).toEqual(new Set([first, second]));

    process.kill(first, 'SIGKILL');
    await eventually(() => isAlive(first)).toBe(false);
    expect(await answers(service)).toBe(200);
    await eventually(() => listeners(service).length).toBe(3);
    expect(await answers(service)).toBe(200);
    expect(said(service, /^Worker \d+ ended \(SIGKILL\)/).map(({ pid }) => pid)).toEqual([service.child.pid]);

    service.child.kill('SIGTERM');
    expect(await service.exit).toBe(0);
    expect(listeners(service).filter(isAlive)).toEqual([]);
  });

  it.each(['SIGTERM', 'SIGINT'] as const)(
    'finishes requests in flight at %s, even to the whole group',
    async (signal) => {
      const service = await startWorkers();
      const lock = await lockTable('users');
      const reply = fetch(`${service.address}/v1/users/1/dashboard`, { headers: as(1) });
      await eventually(lock.waiting).toBe(1);
      for (const pid of [...listeners(service), service.child.pid!, ...listeners(service)]) process.kill(pid, signal);
      await eventually(() => answers(service)).toBe('refuses');
      await lock.release();
      expect((await reply).status).toBe(404);
      expect(await service.exit).toBe(0);
    },
  );

  it('lets its old workers go on where a new one does not start at SIGHUP', async () => {
    const service = await startWorkers();
    const workers = listeners(service);
    const database = pg.escapeIdentifier(new URL(await testDatabaseUrl()).pathname.slice(1));
    await asAdmin(`ALTER DATABASE ${database} ALLOW_CONNECTIONS false`);
    onTestFinished(() => asAdmin(`ALTER DATABASE ${database} ALLOW_CONNECTIONS true`));
    service.child.kill('SIGHUP');
    await eventually(() => said(service, /did not start, so the restart ends/).length).toBe(1);
    expect([workers.every(isAlive), listeners(service)]).toEqual([true, workers]);
    expect((await fetch(`${service.address}/healthz`)).status).toBe(200);
    await asAdmin(`ALTER DATABASE ${database} ALLOW_CONNECTIONS true`);
    service.child.kill('SIGHUP');
    await eventually(() => said(service, /All workers are replaced/).length).toBe(1);
    expect(workers.filter(isAlive)).toEqual([]);
  });

  it('goes on where the program of its workers has been replaced, at SIGHUP and after the death of one', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'node-'));
    const node = join(folder, 'node');
    copyFileSync(process.execPath, node);
    const service = await startService(await environment(), 'src/main.ts', node);
    await eventually(() => listeners(service).length).toBe(2);
    rmSync(folder, { recursive: true });
    const [first, second] = listeners(service) as [number, number];
    service.child.kill('SIGHUP');
    await eventually(() => said(service, /did not start, so the restart ends/).length).toBe(1);
    process.kill(first, 'SIGKILL');
    await eventually(() => said(service, /could not be started/).length).toBeGreaterThan(2);
    expect([isAlive(second), (await fetch(`${service.address}/healthz`)).status]).toEqual([true, 200]);
  });

  it('ends with 1 where a worker does not end in time', async () => {
    const service = await startWorkers({ SHUTDOWN_TIMEOUT_MS: '300', DATABASE_STATEMENT_TIMEOUT_MS: '0' });
    const [stuck] = listeners(service) as [number];
    process.kill(stuck, 'SIGSTOP');
    service.child.kill('SIGTERM');
    expect(await service.exit).toBe(1);
    expect(isAlive(stuck)).toBe(false);
  });

  it('does not wait at the second signal', async () => {
    const service = await startWorkers({ SHUTDOWN_TIMEOUT_MS: '60000', DATABASE_STATEMENT_TIMEOUT_MS: '0' });
    const lock = await lockTable('users');
    const reply = fetch(`${service.address}/v1/users/1/dashboard`, { headers: as(1) }).catch(() => 'cut');
    await eventually(lock.waiting).toBe(1);
    service.child.kill('SIGTERM');
    await eventually(() => said(service, /finish the requests in flight/).length).toBe(1);
    service.child.kill('SIGTERM');
    expect(await service.exit).toBe(1);
    expect(await reply).toBe('cut');
    await lock.release();
  });

  it('leaves no worker behind when the primary is killed', async () => {
    const service = await startWorkers();
    const workers = listeners(service);
    service.child.kill('SIGKILL');
    await service.exit;
    await eventually(() => workers.filter(isAlive)).toEqual([]);
  });

  it('gives up, with a sentence and with 1, when workers die as soon as they serve', async () => {
    const service = await startWorkers();
    const killed = new Set<number>();
    await eventually(() => {
      const victim = listeners(service).find((pid) => !killed.has(pid) && isAlive(pid));
      if (victim !== undefined) process.kill(victim, 'SIGKILL');
      if (victim !== undefined) killed.add(victim);
      return service.child.exitCode;
    }).toBe(1);
    expect(said(service, /giving up/).map(({ msg }) => msg)).toEqual([
      '5 workers in a row ended before they had served for 5 s; giving up.',
    ]);
  });
});

describe('a start that cannot succeed', () => {
  it('says once which variable is wrong', async () => {
    const { code, stderr } = await runToEnd(await environment({ PORT: 'eighty' }));
    expect([code, stderr]).toEqual([1, 'PORT is "eighty", but must be an integer from 0 to 65535.\n']);
  });

  it('says once that the port is taken', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const { code, stderr } = await runToEnd(await environment({ PORT: String(port) }));
    expect([code, stderr]).toEqual([1, `Port ${port} is taken: stop what uses it, or set PORT.\n`]);
    other.close();
  });
});
