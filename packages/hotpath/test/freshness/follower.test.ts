/** The follower on a real database, with transactions that commit in any order and connections that fail in several ways. */
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { Follower, FollowerOptions } from 'hotpath/freshness/follower';
import {
  CURRENT,
  NAME_OWN_XID,
  OWN_CHANGES,
  type OwnChanges,
  type OwnChangesRow,
  readCurrent,
  toOwnChanges,
} from 'hotpath/freshness/log';
import { openFollower } from 'hotpath/freshness/log-follower';
import { CHANNEL, isNotifying, switchNotify } from 'hotpath/freshness/notify';
import { parseSnapshot, type Snapshot } from 'hotpath/freshness/snapshot';
import pg from 'pg';
import { afterEach, describe, expect, it } from 'vitest';
import { adminUrl } from '../../../../test/support/database.ts';
import { openPooler, pooled } from '../../../../test/support/pooler.ts';
import { openProxy } from '../../../../test/support/proxy.ts';
import { usePsql, watchMarketplace } from './support.ts';

const psql = usePsql();
let stack = new AsyncDisposableStack();

/** This follower polls seldom, so its knowledge comes from the calls of a test; on a busy machine it is never too late. */
const SELDOM = { pollMs: 600_000, idlePollMs: 600_000, boundMs: 10_000 };

async function follow(options: Partial<FollowerOptions> = {}): Promise<Follower> {
  const follower = openFollower({
    connection: { connectionString: psql().url },
    ...SELDOM,
    watched: watchMarketplace(),
    ...options,
  });
  stack.defer(() => follower.close());
  await caughtUp(follower);
  return follower;
}

/** A session of another client. */
async function session(): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: psql().url });
  await client.connect();
  stack.defer(() => client.end());
  return client;
}

const caughtUp = (follower: Follower) => expect.poll(() => follower.catchUp(), { timeout: 20_000 }).toBe(true);

async function snapshot(client: pg.Client = psql().client): Promise<Snapshot> {
  const { rows } = await client.query<{ text: string }>('select pg_current_snapshot()::text as text');
  return parseSnapshot(rows[0]!.text);
}

/** Raises prices in one transaction. @returns its changes, as its own session reads them. */
async function report(client: pg.Client, ...ids: number[]): Promise<OwnChanges> {
  await client.query(`begin; ${ids.map(raise).join(';')}`);
  const named = await client.query<{ xid: string }>(NAME_OWN_XID);
  await client.query('commit');
  const { rows } = await client.query<OwnChangesRow>(OWN_CHANGES);
  return toOwnChanges(rows[0]!, named.rows[0]!.xid)!;
}

const raise = (id: number) => `update products set price = price + 1 where id = ${id}`;

const rename = (id: number) => `update products set name = name || '!' where id = ${id}`;

afterEach(async () => {
  const ended = stack;
  stack = new AsyncDisposableStack();
  await ended.disposeAsync();
});

describe('a follower', () => {
  it('sees both of two transactions that commit in another order than they began', async () => {
    const [first, second, follower] = [await session(), await session(), await follow()];
    await first.query(`begin; ${rename(1)}`);
    await second.query(`begin; ${rename(2)}; commit`);
    await caughtUp(follower);
    const between = await snapshot();
    expect(follower.isFresh(between, ['product:1', 'product:2'])).toBe(true);
    await first.query('commit');
    await caughtUp(follower);
    expect([1, 2].map((id) => follower.isFresh(between, [`product:${id}`]))).toEqual([false, true]);
    expect(follower.isFresh(await snapshot(), ['product:1', 'product:2', 'product'])).toBe(true);
  });

  it('is not held up by an open transaction: later writes outdate older reads at once, and new reads are fresh at once', async () => {
    const [long, follower] = [await session(), await follow()];
    await long.query(`begin; ${rename(3)}`);
    for (let round = 0; round < 20; round += 1) {
      const before = await snapshot();
      await psql().client.query(rename(4));
      await caughtUp(follower);
      expect(follower.isFresh(before, ['product:4'])).toBe(false);
      expect(follower.isFresh(await snapshot(), ['product:4'])).toBe(true);
      expect(follower.isFresh(before, ['product:3', 'user'])).toBe(true);
    }
    const before = await snapshot();
    await long.query('commit');
    await caughtUp(follower);
    expect(follower.isFresh(before, ['product:3'])).toBe(false);
  });

  it('keeps everything fresh after a rollback', async () => {
    const [writer, follower] = [await session(), await follow()];
    const before = await snapshot();
    const { changes } = follower;
    await writer.query(`begin; ${rename(5)}`);
    await caughtUp(follower);
    await writer.query('rollback');
    await caughtUp(follower);
    expect(follower.isFresh(before, ['product:5', 'product'])).toBe(true);
    expect(follower.changes).toBe(changes);
  });

  it('counts a prepared transaction when it is committed', async () => {
    const follower = await follow();
    const before = await snapshot();
    const { rows } = await psql().client.query('show max_prepared_transactions');
    const isPossible = rows[0].max_prepared_transactions !== '0';
    const preparing = psql().client.query(`begin; ${rename(6)}; prepare transaction 'later'`);
    if (!isPossible) return expect(preparing).rejects.toThrow('prepared transactions are disabled');
    await preparing;
    await caughtUp(follower);
    expect(follower.isFresh(before, ['product:6'])).toBe(true);
    await psql().client.query(`commit prepared 'later'`);
    await caughtUp(follower);
    expect(follower.isFresh(before, ['product:6'])).toBe(false);
  });

  it('outdates what truncates, cascades and moved rows touch, and nothing else', async () => {
    const [writer, follower] = [await session(), await follow()];
    const before = await snapshot();
    await writer.query(`update reviews set product_id = 9 where id = 1; delete from products where id = 1`);
    await writer.query('truncate devices cascade');
    await caughtUp(follower);
    const isFresh = (tag: string) => follower.isFresh(before, [tag]);
    const stale = [
      'review:1',
      'review?productId=2',
      'review?productId=9',
      'review?productId=1',
      'product:1',
      'device:7',
    ];
    expect([...stale, 'device', 'reading?deviceId=1'].filter(isFresh)).toEqual([]);
    const fresh = ['review:3', 'review?productId=7', 'product:2', 'user', 'category', 'merchant:1', 'transaction'];
    expect(fresh.filter(isFresh)).toEqual(fresh);
  });
});

describe('the connection of a follower', () => {
  it('may be cut: the follower learns what was written meanwhile and forgets nothing', async () => {
    const follower = await follow();
    const before = await snapshot();
    const { epoch } = follower;
    const cut = `select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and application_name = 'hotpath follower'`;
    for (let round = 0; round < 3; round += 1) {
      await psql().client.query(`${cut}; ${rename(10 + round)}`);
      await caughtUp(follower);
      expect(follower.isFresh(before, [`product:${10 + round}`])).toBe(false);
    }
    expect(follower.isFresh(before, ['product:20', 'user', 'review?productId=3'])).toBe(true);
    expect(follower.epoch).toBe(epoch);
  });

  it('may die in silence: the follower notices within the bound and then learns what it missed', async () => {
    const proxy = stack.adopt(await openProxy(psql().url), (each) => each.close());
    const follower = await follow({ connection: { connectionString: proxy.url }, pollMs: 5, boundMs: 300 });
    follower.touch();
    await expect.poll(() => follower.isCurrent).toBe(true);
    const before = await snapshot();
    proxy.freeze();
    await psql().client.query(rename(15));
    await expect.poll(() => follower.isCurrent, { timeout: 20_000 }).toBe(false);
    expect(await follower.catchUp(50)).toBe(false);
    proxy.thaw();
    await caughtUp(follower);
    expect(follower.isFresh(before, ['product:15'])).toBe(false);
    expect(follower.isFresh(before, ['product:16', 'user'])).toBe(true);
  });

  it('may lead through a pooler in transaction mode', async () => {
    const program = pgbouncer();
    const pooler = program && stack.adopt(await openPooler(program, adminUrl()), (each) => each.stop());
    const connectionString = pooler ? pooled(psql().url, pooler) : psql().url;
    const follower = await follow({ connection: { connectionString } });
    const before = await snapshot();
    await psql().client.query(rename(17));
    await caughtUp(follower);
    expect(['product:17', 'product:18'].map((tag) => follower.isFresh(before, [tag]))).toEqual([false, true]);
  });
});

describe('a poll', () => {
  it('reads the log only after a transaction has ended, and misses nothing then', async () => {
    const follower = await follow({ pollMs: 1, idlePollMs: 1 });
    const { client } = psql();
    const asked = async () => {
      const { rows } = await client.query<{ query: string }>(`select query from pg_stat_activity
        where datname = current_database() and application_name = 'hotpath follower'`);
      return rows.map(({ query }) => query);
    };
    for (let round = 0; round < 20; round += 1) {
      await expect.poll(asked, { timeout: 20_000, interval: 1 }).toEqual([CURRENT]);
      const before = await snapshot();
      await client.query(rename(30));
      await expect.poll(() => follower.isFresh(before, ['product:30']), { timeout: 20_000 }).toBe(false);
      expect(follower.isFresh(before, ['product:31'])).toBe(true);
    }
  });

  it('finds no current position without an epoch, whatever the snapshot', async () => {
    const client = await session();
    await follow();
    expect(await readCurrent(client)).toMatchObject({
      incarnation: expect.stringMatching(/^\d{4}-.* base\/\d+\/\d+$/),
    });
    // A crash of PostgreSQL leaves the table like this.
    await client.query('begin; truncate hotpath.epoch');
    expect(await readCurrent(client)).toBeUndefined();
    await client.query('rollback');
  });

  it('does not delay a listening follower if the database notifies', async () => {
    const [listening, polling] = [await follow({ listen: true }), await follow()];
    const { client } = psql();
    for (const follower of [listening, polling]) follower.touch();
    expect(await isNotifying(client)).toBe(false);
    await switchNotify(client, true);
    expect(await isNotifying(client)).toBe(true);
    await Promise.all([listening, polling].map(caughtUp));
    const before = await snapshot();
    // Statements that change nothing wake no listener.
    const heard: unknown[] = [];
    client.on('notification', (message) => heard.push(message.channel));
    await client.query(`listen ${CHANNEL}`);
    await client.query(`update products set name = name where id < 9; delete from reviews where false`);
    await client.query(rename(32));
    await expect.poll(() => heard).toEqual([CHANNEL]);
    await expect.poll(() => listening.isFresh(before, ['product:32']), { timeout: 20_000 }).toBe(false);
    expect(polling.isFresh(before, ['product:32'])).toBe(true);
    await switchNotify(client, false);
    expect(await isNotifying(client)).toBe(false);
  });
});

describe('an epoch', () => {
  it('that ends outdates everything that was read before', async () => {
    const follower = await follow();
    const before = await snapshot();
    const { epoch } = follower;
    // A crash of PostgreSQL leaves the tables like this.
    await psql().client.query('truncate hotpath.log, hotpath.epoch');
    await caughtUp(follower);
    expect(follower.epoch).not.toBe(epoch);
    expect(follower.isFresh(before, [])).toBe(false);
    expect(follower.isFresh(await snapshot(), ['product'])).toBe(true);
  });
});

describe('the log', () => {
  it('loses the rows that no follower needs, and a follower that has not read them forgets older reads', async () => {
    const { client } = psql();
    const [clearing, asleep] = [await follow({ windowMs: 0, upkeepMs: 0 }), await follow({ windowMs: 600_000 })];
    const before = await snapshot();
    await client.query(rename(21));
    const rows = async () => (await client.query('select from hotpath.log')).rowCount;
    await expect.poll(() => clearing.catchUp().then(rows), { timeout: 20_000 }).toBe(0);
    await caughtUp(asleep);
    expect(asleep.isFresh(before, ['user'])).toBe(false);
    expect(asleep.isFresh(await snapshot(), ['product:21'])).toBe(true);
  });
});

function pgbouncer(): string | undefined {
  const paths = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin'].map((folder) =>
    join(folder, 'pgbouncer'),
  );
  return paths.find((path) => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

describe('a change that its own session reports', () => {
  it('is known at once, and its token lets another follower wait for it', async () => {
    const [client, follower, other] = [await session(), await follow(), await follow()];
    const [before, blocker] = [await snapshot(), await session()];
    await blocker.query(`begin; ${rename(5)}`);
    const token = follower.learn(await report(client, 2, 4));
    const tags = ['product:2', 'product:4', 'product:3', 'product'];
    expect(tags.map((tag) => follower.isFresh(before, [tag]))).toEqual([false, false, true, false]);
    expect(follower.culprits(before, ['product:2'])).toMatchObject([{ tag: 'product:2' }]);
    expect(follower.isFresh(await snapshot(), tags)).toBe(true);
    expect(other.isFresh(before, ['product:2'])).toBe(true);
    expect(await other.reach(token!, 10_000)).toBe(true);
    expect(other.isFresh(before, ['product:2'])).toBe(false);
    await caughtUp(follower);
    expect(tags.map((tag) => follower.isFresh(before, [tag]))).toEqual([false, false, true, false]);
    await blocker.query('rollback');
  });

  it('changes nothing if the log was read up to it, or if there is none', async () => {
    const [client, follower] = [await session(), await follow()];
    const own = await report(client, 2);
    await caughtUp(follower);
    const { token, changes } = follower;
    expect([follower.learn(own), follower.changes]).toEqual([token, changes]);
    const named = await client.query<{ xid: string | null }>(`${NAME_OWN_XID} where true`);
    const { rows } = await client.query<OwnChangesRow>(OWN_CHANGES);
    expect([named.rows[0]!.xid, toOwnChanges(rows[0]!, named.rows[0]!.xid)]).toEqual([null, undefined]);
    expect(toOwnChanges({ ...rows[0]!, xid: '7' }, '8')).toBeUndefined();
  });

  it('is not learned from another life of the database, nor by a follower that does not follow', async () => {
    const [client, follower] = [await session(), await follow()];
    const own = await report(client, 2);
    expect(follower.learn({ ...own, incarnation: `${own.incarnation} of another server` })).toBeUndefined();
    const lost = openFollower({ connection: { connectionString: `${psql().url}_that_is_not_there` } });
    stack.defer(() => lost.close());
    expect(lost.learn(own)).toBeUndefined();
  });

  it('has the changes of a deferred trigger, which come at the commit', async () => {
    const [client, follower, before] = [await session(), await follow(), await snapshot()];
    await client.query(`
      create function rename_more() returns trigger language plpgsql as $$ begin ${rename(4)} and new.id <> 4; return null; end $$;
      create constraint trigger more after update on products deferrable initially deferred
        for each row execute function rename_more()`);
    await caughtUp(follower);
    expect(follower.learn(await report(client, 2))).toBeDefined();
    expect(['product:2', 'product:4'].map((tag) => follower.isFresh(before, [tag]))).toEqual([false, false]);
    await client.query('drop function rename_more cascade');
  });

  it('has room until the log is read up to it', async () => {
    const [client, follower] = [await session(), await follow()];
    let learned = 0;
    while (follower.learn(await report(client, 2)) !== undefined) learned += 1;
    // Transactions of other databases count, too.
    expect(learned).toBeGreaterThan(20);
    expect(learned).toBeLessThanOrEqual(200);
    await caughtUp(follower);
    expect(follower.learn(await report(client, 2))).toBeDefined();
  });
});
