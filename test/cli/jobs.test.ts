import { expect, it } from 'vitest';
import { testDatabaseUrl } from '../support/database.ts';
import { runToEnd } from '../support/process.ts';
import { withClient } from '../support/requests.ts';

const hotpath = async (...args: string[]) =>
  runToEnd({ DATABASE_URL: await testDatabaseUrl() }, 'src/cli/main.ts', ['jobs', ...args]);

it('lists dead jobs with their errors, and gives them their tries again', async () => {
  const id = await withClient(async (client) => {
    const { rows } = await client.query<{ id: string }>(
      `select id::text from graphile_worker.add_job('orders.confirm', max_attempts := 2)`,
    );
    await client.query(`select graphile_worker.permanently_fail_jobs(array[$1::bigint], 'no such host')`, [
      rows[0]!.id,
    ]);
    return rows[0]!.id;
  });
  const { code, stdout } = await hotpath('list', '--state', 'dead');
  expect([code, stdout]).toEqual([
    0,
    expect.stringMatching(new RegExp(`^ *${id}  orders.confirm +dead +2/2 .* no such host\n$`)),
  ]);
  expect((await hotpath('retry', '--all')).stdout).toBe('1 dead job runs again.\n');
  expect((await hotpath('list')).stdout).toMatch(/ waiting +0\/2 /);
});

it.each([[['retry']], [['list', '--state', 'lost']]])('refuses %j in words', async (args) => {
  const { code, stderr } = await hotpath(...args);
  expect([code, stderr]).toEqual([1, expect.stringMatching(/^(Usage|--state)/)]);
});
