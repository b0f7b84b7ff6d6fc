/** Metrics of a service of several processes: each process answers for all. */
import { expect, it } from 'vitest';
import { testEnvironment } from '../support/app.ts';
import { testDatabaseUrl } from '../support/database.ts';
import { startService } from '../support/process.ts';

const close = { connection: 'close' };

it('are added up over the workers', { timeout: 60_000 }, async () => {
  const { address, log } = await startService({
    ...testEnvironment(await testDatabaseUrl()),
    LOG_LEVEL: 'info',
    WORKERS: '2',
    DATABASE_POOL_MIN: '1',
  });
  const said = (text: string) => log.map((line) => JSON.parse(line)).filter(({ msg }) => msg.includes(text));
  const pidsOf = (text: string) => new Set(said(text).map(({ pid }) => pid));
  await expect.poll(() => pidsOf('Server listening').size, { timeout: 20_000 }).toBe(2);
  let sent = 0;
  await expect
    .poll(async () => {
      sent += 1;
      await fetch(`${address}/healthz`, { headers: close });
      return pidsOf('request completed').size;
    })
    .toBe(2);
  const text = await (await fetch(`${address}/metrics`, { headers: close })).text();
  const [, counted] = /http_request_duration_seconds_count\{.*"\/healthz".*\} (\d+)/.exec(text) ?? [];
  expect(Number(counted)).toBe(sent);
  expect(text).toMatch(/^hotpath_pool_max 40$/m);
  expect(text).toMatch(/^hotpath_follower_current [01]$/m);
  expect(text.match(/^# TYPE http_request_duration_seconds histogram$/gm)).toHaveLength(1);
});
