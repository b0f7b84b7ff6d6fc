/** Reads on standbys that lag, hang, stop, cancel, and are promoted: no answer is stale, and no request fails for them. */
import pg from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type App, buildApp } from '../../src/app.ts';
import { loadConfig } from '../../src/config/config.ts';
import { testEnvironment } from '../support/app.ts';
import { type Asked, ask } from '../support/instances.ts';
import { openReplication, REPLICATED, type Replication } from '../support/replication.ts';
import { asService } from '../support/service-role.ts';

/** Debian's, beside the embedded version 18. */
const VERSIONS: readonly (readonly [string, string | undefined])[] = [
  ['18', undefined],
  ['15', '/usr/lib/postgresql/15/bin'],
];

/** PostgreSQL's default. */
const WAL_FILE_BYTES = 16n * 1024n * 1024n;
const PATIENT = { timeout: 20_000, interval: 20 };

describe.each(VERSIONS)('with standbys of PostgreSQL %s', (_, programs) => {
  let replication: Replication;
  let psql: pg.Client;
  let apps: App[] = [];

  beforeAll(async () => {
    replication = await openReplication({ standbys: 2, programs });
    psql = new pg.Client({ connectionString: replication.primary.url(REPLICATED) });
    psql.on('error', () => {});
    await psql.connect();
  });

  afterAll(async () => {
    await psql.end();
    await replication.close();
  });

  afterEach(async () => {
    await Promise.all(apps.map((app) => app.close()));
    apps = [];
    for (const standby of replication.standbys) standby.thaw();
  });

  async function start(environment: Record<string, string> = {}): Promise<App> {
    const { primary, standbys } = replication;
    const own = {
      DATABASE_URL: asService(primary.url(REPLICATED)),
      DATABASE_REPLICA_URLS: standbys.map((each) => asService(each.url(REPLICATED))).join(),
    };
    const app = buildApp(loadConfig({ ...testEnvironment(primary.url(REPLICATED)), ...own, ...environment }));
    apps.push(app);
    await app.ready();
    await expect.poll(() => app.hotpath.follower.catchUp(), PATIENT).toBe(true);
    return app;
  }

  const statesOf = (app: App) => app.hotpath.standbys!.all.map(({ state }) => state);
  const readsOf = (app: App, outcome: 'proved' | 'behind' | 'failed') =>
    app.hotpath.standbys!.all.reduce((sum, { reads }) => sum + reads[outcome], 0);
  const areReady = (app: App) => expect.poll(() => statesOf(app), PATIENT).toEqual(['ready', 'ready']);

  const product = (id: number) => `/v1/products/${id}?fields=name`;
  const nameIn = ({ body }: Asked): string => JSON.parse(body).data.name;
  const rename = (name: string, id = 1) => psql.query('UPDATE products SET name = $1 WHERE id = $2', [name, id]);

  /** Both hold what they have replayed, and receive the rest. */
  const pause = () => Promise.all(replication.standbys.map((each) => each.run('SELECT pg_wal_replay_pause()')));
  const resume = () => Promise.all(replication.standbys.map((each) => each.run('SELECT pg_wal_replay_resume()')));

  /** Whether each standby has replayed the log up to the position of the follower. */
  const haveReplayed = (app: App) => {
    const { lsn } = app.hotpath.follower.walPosition!;
    const replayed = `SELECT pg_last_wal_replay_lsn() - '0/0'::pg_lsn >= ${lsn} AS "all"`;
    return Promise.all(replication.standbys.map(async (each) => (await each.run(replayed))[0]!['all']));
  };

  it('answers the first read of a row from a standby, by one statement, and keeps the answer', async () => {
    const app = await start();
    await areReady(app);
    const first = await ask(app, product(2));
    expect([first.status, first.statements, first.cache]).toEqual([200, 1, 'database miss']);
    expect(readsOf(app, 'proved')).toBe(1);
    const again = await ask(app, product(2));
    expect([again.statements, again.cache, again.body]).toEqual([0, 'l1 hit', first.body]);
  });

  it('asks the primary for a row whose change no standby has, and a standby for all other rows', async () => {
    const app = await start();
    await areReady(app);
    await pause();
    try {
      await rename('not yet replayed');
      expect(await app.hotpath.follower.catchUp()).toBe(true);
      const changed = await ask(app, product(1));
      expect([nameIn(changed), changed.statements]).toEqual(['not yet replayed', 1]);
      expect([readsOf(app, 'behind'), readsOf(app, 'proved')]).toEqual([1, 0]);
      expect((await ask(app, product(3))).statements).toBe(1);
      expect([readsOf(app, 'behind'), readsOf(app, 'proved')]).toEqual([1, 1]);
      await expect.poll(() => app.hotpath.standbys!.all[0]!.delayMs, PATIENT).toBeGreaterThan(0);
    } finally {
      await resume();
    }
    await expect.poll(() => app.hotpath.standbys!.all.map(({ delayMs }) => delayMs), PATIENT).toEqual([0, 0]);
  });

  it('proves a change while an older transaction is open on the primary, by the log that it has replayed', async () => {
    const app = await start();
    await areReady(app);
    const older = new pg.Client({ connectionString: replication.primary.url(REPLICATED) });
    await older.connect();
    try {
      await older.query('BEGIN; UPDATE products SET name = name WHERE id = 5');
      await rename('after an older one', 4);
      expect(await app.hotpath.follower.catchUp()).toBe(true);
      await expect.poll(() => haveReplayed(app), PATIENT).toEqual([true, true]);
      expect(nameIn(await ask(app, product(4)))).toBe('after an older one');
      expect([readsOf(app, 'behind'), readsOf(app, 'proved')]).toEqual([0, 1]);
    } finally {
      await older.query('ROLLBACK');
      await older.end();
    }
  });

  it('is proved after the log goes on in a new file, though nothing is written into that yet', async () => {
    const app = await start();
    await areReady(app);
    const { follower } = app.hotpath;
    const isAtNewFile = async () => {
      await psql.query(
        `BEGIN; UPDATE products SET name = 'last of its file' WHERE id = 6; COMMIT; SELECT pg_switch_wal()`,
      );
      expect(await follower.catchUp()).toBe(true);
      return follower.walPosition!.lsn % WAL_FILE_BYTES === 0n;
    };
    // The follower may read the log between the commit and the switch.
    await expect.poll(isAtNewFile, PATIENT).toBe(true);
    await expect.poll(() => haveReplayed(app), { timeout: 2000 }).toEqual([true, true]);
  });

  it('is never stale while standbys lag by seconds', async () => {
    const app = await start();
    await areReady(app);
    await Promise.all(replication.standbys.map((each) => each.delay('2s')));
    try {
      for (let round = 1; round <= 20; round += 1) {
        await rename(`round ${round}`);
        expect(await app.hotpath.follower.catchUp()).toBe(true);
        expect(nameIn(await ask(app, product(1)))).toBe(`round ${round}`);
      }
      expect(readsOf(app, 'behind')).toBeGreaterThan(0);
    } finally {
      await Promise.all(replication.standbys.map((each) => each.delay('0')));
    }
  });

  it('goes on while standbys hang, and reads them again afterwards', async () => {
    const app = await start();
    await areReady(app);
    for (const standby of replication.standbys) standby.freeze();
    const answers = await Promise.all([6, 7, 8].map((id) => ask(app, product(id))));
    expect(answers.map(({ statements }) => statements)).toEqual([1, 1, 1]);
    expect(answers.every(({ status }) => status < 500)).toBe(true);
    await expect.poll(() => statesOf(app), PATIENT).toEqual(['away', 'away']);
    for (const standby of replication.standbys) standby.thaw();
    await areReady(app);
    const before = readsOf(app, 'proved');
    await ask(app, product(9));
    expect(readsOf(app, 'proved')).toBe(before + 1);
  });

  it('goes on while a standby stops and starts again', async () => {
    const [standby] = replication.standbys;
    const app = await start();
    await areReady(app);
    await standby!.stop();
    for (let id = 10; id < 16; id += 1) expect((await ask(app, product(id))).status).toBeLessThan(500);
    await expect.poll(() => statesOf(app), PATIENT).toEqual(['away', 'ready']);
    await standby!.start();
    await areReady(app);
  });

  it('asks the primary for a read that a standby cancels', async () => {
    const { primary, standbys } = replication;
    const app = await start();
    await areReady(app);
    const locker = new pg.Client({ connectionString: primary.url(REPLICATED) });
    await locker.connect();
    try {
      // Standbys replay the lock, so the read waits there, and then on the primary.
      await locker.query('BEGIN; LOCK TABLE products IN ACCESS EXCLUSIVE MODE');
      // A commit flushes the record of the lock, too.
      await psql.query('UPDATE users SET name = name WHERE id = 1');
      const locked = `SELECT FROM pg_locks WHERE mode = 'AccessExclusiveLock' AND relation = 'products'::regclass`;
      const locks = () => Promise.all(standbys.map(async (each) => (await each.run(locked, REPLICATED)).length));
      await expect.poll(locks, PATIENT).toEqual([1, 1]);
      const asked = ask(app, product(20));
      const cancel = `SELECT pg_cancel_backend(pid) FROM pg_stat_activity
        WHERE wait_event_type = 'Lock' AND application_name = 'hotpath'`;
      const isCancelled = async () => {
        await Promise.all(standbys.map((each) => each.run(cancel)));
        return readsOf(app, 'failed');
      };
      await expect.poll(isCancelled, PATIENT).toBe(1);
      await locker.query('ROLLBACK');
      const answer = await asked;
      expect([answer.status, answer.statements]).toEqual([200, 1]);
    } finally {
      await locker.end();
    }
    expect(statesOf(app)).toEqual(['ready', 'ready']);
  });
});
