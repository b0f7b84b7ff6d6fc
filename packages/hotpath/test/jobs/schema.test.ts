/** A database without a queue gets one if the role may create it; otherwise the error has the remedy. */

import { ensureQueue, nameJobs, upgradeQueue } from 'hotpath/jobs/schema';
import pg from 'pg';
import { expect, it, onTestFinished } from 'vitest';
import { scratchDatabase } from '../../../../test/support/database.ts';

it('creates the missing queue, if the role may do so', async () => {
  const url = await scratchDatabase();
  const pool = new pg.Pool({ connectionString: url });
  pool.on('error', () => {});
  onTestFinished(() => pool.end());
  await pool.query('drop schema graphile_worker cascade');
  const role = `guest_${process.pid}`;
  await pool.query(`create role ${role} login password 'guest'`);
  const guest = new URL(url);
  [guest.username, guest.password] = [role, 'guest'];
  await expect(ensureQueue(pool, guest.href)).rejects.toThrow(
    /^This database has no queue, and it cannot be created: permission denied .* `hotpath jobs install`/,
  );
  await expect(upgradeQueue(guest.href)).rejects.toThrow(/^The queue of this database has another/);
  await ensureQueue(pool, url);
  const guests = new pg.Pool({ connectionString: guest.href });
  await ensureQueue(guests, guest.href);
  await expect(nameJobs(guests, ['greet'])).rejects.toThrow(
    /^The role of DATABASE_URL may not use the queue: .*grants/,
  );
  await guests.end();
  await pool.query(`drop role ${role}`);
  expect((await pool.query('select count(*)::int as jobs from graphile_worker.jobs')).rows).toEqual([{ jobs: 0 }]);
});
