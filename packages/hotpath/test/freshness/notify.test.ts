/** NOTIFY is switched on and off while other sessions write, and wakes up the listeners. */

import { CHANNEL, isNotifying, switchNotify } from 'hotpath/freshness/notify';
import pg from 'pg';
import { describe, expect, it } from 'vitest';
import { usePsql } from './support.ts';

const psql = usePsql();

async function session(work: (client: pg.Client) => Promise<void>): Promise<void> {
  const client = new pg.Client({ connectionString: psql().url });
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}

const write = (client: pg.Client) => client.query(`update products set name = name || '!' where id = 1`);

describe('NOTIFY', () => {
  it('is off until it is switched on, and off again afterwards', async () => {
    await session(async (listener) => {
      const heard: string[] = [];
      listener.on('notification', ({ channel }) => heard.push(channel));
      await listener.query(`listen ${CHANNEL}`);
      const { client } = psql();
      const hears = async () => {
        await write(client);
        await listener.query('select');
        return heard.splice(0);
      };
      expect([await isNotifying(client), await hears()]).toEqual([false, []]);
      await switchNotify(client, false);
      await switchNotify(client, true);
      await switchNotify(client, true);
      expect([await isNotifying(client), await hears()]).toEqual([true, ['invalidation']]);
      await switchNotify(client, false);
      expect([await isNotifying(client), await hears()]).toEqual([false, []]);
    });
  });

  it('is switched when the open writers have committed, and a second switch to the same state changes nothing', async () => {
    await session(async (writer) => {
      const { client } = psql();
      await writer.query('begin');
      await write(writer);
      await switchNotify(client, false);
      const switched = switchNotify(client, true);
      await new Promise((resolve) => setTimeout(resolve, 700));
      expect(await isNotifying(writer)).toBe(false);
      await writer.query('commit');
      await switched;
      expect(await isNotifying(client)).toBe(true);
      await switchNotify(client, false);
    });
  });

  it('is not switched if a writer stays open or the session is read-only', async () => {
    await session(async (writer) => {
      const { client } = psql();
      await writer.query('begin; lock table hotpath.log');
      const began = performance.now();
      await expect(switchNotify(client, true)).rejects.toMatchObject({ code: '55P03' });
      expect(performance.now() - began).toBeGreaterThanOrEqual(4900);
      await writer.query('rollback');
      expect(await isNotifying(client)).toBe(false);
      await client.query('begin read only');
      const failed = performance.now();
      await expect(switchNotify(client, true)).rejects.toMatchObject({ code: '25006' });
      expect(performance.now() - failed).toBeLessThan(400);
    });
  });
});
