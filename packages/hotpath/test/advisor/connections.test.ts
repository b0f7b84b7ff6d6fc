/** The advice on pools, from sessions that wait. */
import { connectionAdvice } from 'hotpath/advisor/connections';
import pg from 'pg';
import { expect, it, onTestFinished, vi } from 'vitest';
import { scratchDatabase } from '../../../../test/support/database.ts';

async function clientOf(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  onTestFinished(() => client.end());
  return client;
}

it('names a session that waits for a lock, and one that is idle in its transaction', { timeout: 60_000 }, async () => {
  const url = await scratchDatabase('empty');
  const client = await clientOf(url);
  expect(await connectionAdvice(client)).toEqual([]);
  const [holder, waiter] = [await clientOf(url), await clientOf(url)];
  await holder.query('CREATE TABLE notes (id int)');
  await holder.query('BEGIN; LOCK TABLE notes');
  const waiting = waiter.query('SELECT FROM notes');
  await vi.waitFor(
    async () => {
      const advice = await connectionAdvice(client);
      expect(advice.map(({ detail }) => detail).join('\n')).toMatch(
        /idle in a transaction.*\n.*waits for a lock of session/,
      );
    },
    { timeout: 50_000, interval: 500 },
  );
  await holder.query('ROLLBACK');
  await waiting;
  expect(await connectionAdvice(client)).toEqual([]);
});
