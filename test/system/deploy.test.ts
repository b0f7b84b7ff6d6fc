/**
 * Deployments under load: 20 clients with a keep-alive connection each, and 4 that connect again for every request, while
 * processes are restarted five times. No request fails, except on a connection to a process that was killed.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { seed } from '../../prisma/seed/seed.ts';
import { as, testEnvironment } from '../support/app.ts';
import { testDatabaseUrl } from '../support/database.ts';
import { type KeepAliveLoad, type LoadRequest, startKeepAliveLoad } from '../support/keep-alive-load.ts';
import { type ServiceProcess, startService } from '../support/process.ts';

const RESTARTS = 5;
const CLIENTS = 20;
const DELAY_MS = 2000;
const LOOK_MS = 50;

const json = { 'content-type': 'application/json' };
const REQUESTS: readonly LoadRequest[] = [
  { method: 'GET', path: '/v1/products?limit=1' },
  { method: 'GET', path: '/v1/users/1/dashboard', headers: as(1) },
  { method: 'GET', path: '/v1/users/1/transactions?limit=2', headers: as(1) },
  { method: 'POST', path: '/v1/posts', headers: { ...as(1), ...json }, body: '{"title":"Now","body":"Here"}' },
];

/** On a busy machine requests wait for a connection to the database. That is not a failure here. */
const PATIENT_BOUNDS = {
  DATABASE_CONNECTION_TIMEOUT_MS: '20000',
  DATABASE_STATEMENT_TIMEOUT_MS: '20000',
  REQUEST_TIMEOUT_MS: '25000',
  SHUTDOWN_TIMEOUT_MS: '25000',
};

const PATIENT = { timeout: 30_000, interval: 50 };

let seeded: Promise<unknown> | undefined;

async function environment(more: Record<string, string> = {}): Promise<Record<string, string>> {
  const url = await testDatabaseUrl();
  seeded ??= seed({ url, size: 'tiny' });
  await seeded;
  const own = { LOG_LEVEL: 'info', DATABASE_POOL_MIN: '1', BUDGET_MODE: 'count', SHUTDOWN_DELAY_MS: String(DELAY_MS) };
  return { ...testEnvironment(url), ...PATIENT_BOUNDS, ...own, ...more };
}

/** @param target asked for each request. */
async function startLoad(target: () => string): Promise<readonly KeepAliveLoad[]> {
  const loads = [
    startKeepAliveLoad({ clients: CLIENTS, target, requests: REQUESTS }),
    startKeepAliveLoad({ clients: 4, target, requests: REQUESTS, isFresh: true }),
  ];
  onTestFinished(async () => void (await Promise.all(loads.map((load) => load.stop()))));
  for (const load of loads) await expect.poll(load.answered, PATIENT).toBeGreaterThan(CLIENTS);
  return loads;
}

/** Waits until each load has had another hundred answers. */
async function goOn(loads: readonly KeepAliveLoad[]): Promise<void> {
  for (const load of loads) {
    const before = load.answered();
    await expect.poll(load.answered, PATIENT).toBeGreaterThan(before + 100);
  }
}

async function failuresOf(loads: readonly KeepAliveLoad[]): Promise<Record<string, number>[]> {
  await Promise.all(loads.map((load) => load.stop()));
  return loads.map((load) => load.failures());
}

const said = ({ log }: ServiceProcess, text: RegExp): number => log.filter((line) => text.test(line)).length;

/** A load balancer: it sends requests in turn to the instances whose latest `/readyz` was a 200. */
class Balancer {
  readonly #ready = new Set<string>();
  readonly #removed = new Set<string>();
  #turn = 0;

  /** Resolves when the instance is ready. */
  async add(address: string): Promise<void> {
    void this.#watch(address);
    await expect.poll(() => this.#ready.has(address), PATIENT).toBe(true);
  }

  remove(address: string): void {
    this.#removed.add(address);
  }

  next(): string {
    this.#turn += 1;
    return [...this.#ready][this.#turn % this.#ready.size]!;
  }

  async #watch(address: string): Promise<void> {
    for (; !this.#removed.has(address); await pause(LOOK_MS)) {
      const isReady = await fetch(`${address}/readyz`).then(
        ({ ok }) => ok,
        () => false,
      );
      if (isReady) this.#ready.add(address);
      else this.#ready.delete(address);
    }
  }
}

describe('no request fails', { timeout: 180_000 }, () => {
  it('while instances behind a load balancer are replaced, one after the other', async () => {
    const balancer = new Balancer();
    const running: ServiceProcess[] = [];
    const start = async () => {
      const service = await startService(await environment());
      running.push(service);
      await balancer.add(service.address);
    };
    await start();
    await start();
    const loads = await startLoad(() => balancer.next());
    for (let restart = 0; restart < RESTARTS; restart += 1) {
      await start();
      const old = running.shift()!;
      old.child.kill('SIGTERM');
      expect(await old.exit).toBe(0);
      balancer.remove(old.address);
      await goOn(loads);
    }
    expect(await failuresOf(loads)).toEqual([{}, {}]);
    for (const { address } of running) balancer.remove(address);
  });

  it('while the workers of one port are replaced at SIGHUP', async () => {
    const service = await startService(await environment({ WORKERS: '2' }));
    const loads = await startLoad(() => service.address);
    for (let restart = 1; restart <= RESTARTS; restart += 1) {
      service.child.kill('SIGHUP');
      await expect.poll(() => said(service, /All workers are replaced/), PATIENT).toBe(restart);
      await goOn(loads);
    }
    expect(await failuresOf(loads)).toEqual([{}, {}]);
    const ended = said(service, /Worker \d+ ended/);
    service.child.kill('SIGTERM');
    expect([await service.exit, ended]).toEqual([0, 0]);
  });
});

describe('a worker that is killed', { timeout: 180_000 }, () => {
  it('fails the requests on its own connections at once, and no other waits for it', async () => {
    const service = await startService(await environment({ WORKERS: '2' }));
    const listeners = () => [
      ...new Set(
        service.log
          .filter((line) => line.includes('Server listening'))
          .map((line) => (JSON.parse(line) as { pid: number }).pid),
      ),
    ];
    await expect.poll(() => listeners().length, PATIENT).toBe(2);
    const loads = await startLoad(() => service.address);
    for (let kill = 0; kill < RESTARTS; kill += 1) {
      // A service whose workers die young, five in a row, gives up.
      await pause(2600);
      process.kill(listeners()[kill]!, 'SIGKILL');
      await expect.poll(() => listeners().length, PATIENT).toBe(3 + kill);
      await goOn(loads);
    }
    const [kept, fresh] = await failuresOf(loads);
    const cut = ({ ECONNRESET = 0, EPIPE = 0, cut: halfway = 0, ...others } = {} as Record<string, number>) => [
      others,
      ECONNRESET + EPIPE + halfway <= RESTARTS * CLIENTS,
    ];
    expect([cut(kept), cut(fresh)]).toEqual([
      [{}, true],
      [{}, true],
    ]);
    service.child.kill('SIGTERM');
    expect(await service.exit).toBe(0);
  });
});
