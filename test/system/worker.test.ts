/** Workers as processes of their own: several, killed at random, stopped by a signal, and checked by their health routes. */
import { describe, expect, it } from 'vitest';
import { seed } from '../../prisma/seed/seed.ts';
import { buildApp } from '../../src/app.ts';
import { loadConfig } from '../../src/config/config.ts';
import { as, testEnvironment } from '../support/app.ts';
import { scratchDatabase, testDatabaseUrl } from '../support/database.ts';
import { folders, mailsIn } from '../support/jobs.ts';
import { runToEnd, startService } from '../support/process.ts';
import { withClient } from '../support/requests.ts';
import { storm } from './jobs/storm.ts';

const places = await folders();

describe('workers that are killed', () => {
  it('lose no order and do nothing twice: 200 orders, 3 kills', async () => {
    const databaseUrl = await scratchDatabase();
    await seed({ url: databaseUrl, size: 'tiny' });
    const environment = { ...testEnvironment(databaseUrl), ...places };
    const app = buildApp(loadConfig(environment));
    await app.ready();
    const { orders, notified, counted, dead } = await storm({
      app,
      databaseUrl,
      headers: as(5),
      environment: { ...environment, LOG_LEVEL: 'info', DATABASE_POOL_MIN: '0' },
      orders: 200,
      kills: 3,
      workers: 2,
    });
    expect(dead).toBe(0);
    expect(orders.length).toBe(200);
    expect([...notified].sort()).toEqual(orders.map((id) => [id, 1]).sort());
    expect(counted).toBe(200);
    const mailed = (await mailsIn(places)).map((mail) => Number(/^Message-ID: <order-(\d+)-/m.exec(mail)![1]));
    expect(mailed.sort()).toEqual(orders.sort());
  }, 120_000);
});

describe('a worker', () => {
  const environment = async () => ({ ...testEnvironment(await testDatabaseUrl()), ...places, LOG_LEVEL: 'info' });

  it('reports its health, runs jobs of the queue, and ends with 0 at the signal to stop', async () => {
    const worker = await startService(await environment(), 'src/worker.ts');
    expect(await (await fetch(`${worker.address}/readyz`)).json()).toMatchObject({ status: 'ready' });
    await withClient((client) => client.query(`select graphile_worker.add_job('housekeeping')`));
    const metrics = async () => (await fetch(`${worker.address}/metrics`)).text();
    await expect
      .poll(metrics, { timeout: 10_000 })
      .toContain('hotpath_job_duration_seconds_count{task="housekeeping",outcome="done"} 1');
    expect(await metrics()).toContain('hotpath_queue_dead 0');
    worker.child.kill('SIGTERM');
    expect(await worker.exit).toBe(0);
  });

  it('does not start without a place for mails', async () => {
    const { code, stderr } = await runToEnd({ ...(await environment()), MAIL_DIRECTORY: '' }, 'src/worker.ts');
    expect([code, stderr]).toEqual([1, 'Neither SMTP_URL nor MAIL_DIRECTORY is set, but jobs send mail.\n']);
  });
});
