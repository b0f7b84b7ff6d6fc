import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { cp } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { nativeFolder } from '../../src/dev/postgres/binaries.ts';
import { openCluster } from '../../src/dev/postgres/cluster-files.ts';
import {
  type EmbeddedPostgres,
  type EmbeddedPostgresOptions,
  ensureDatabase,
  openEmbeddedPostgres,
} from '../../src/dev/postgres/embedded-postgres.ts';
import { DatabaseInUseError, EmbeddedPostgresError, UnsupportedPlatformError } from '../../src/dev/postgres/errors.ts';
import { runningServer, stopServer } from '../../src/dev/postgres/server.ts';
import { isRoot, twinOf } from '../../src/dev/postgres/server-user.ts';
import { ask, embeddedUrl, killAll, openIn, postmaster, startUser } from './embedded-postgres-processes.ts';

const home = mkdtempSync(join(tmpdir(), 'hotpath-embedded-'));
const directory = join(home, 'postgres');
const opened: EmbeddedPostgres[] = [];

async function open(options: Partial<EmbeddedPostgresOptions> = {}): Promise<EmbeddedPostgres> {
  const server = await openEmbeddedPostgres({ directory, settings: { fsync: 'off' }, ...options });
  opened.push(server);
  return server;
}

beforeAll(() => chmodSync(home, 0o755));
afterAll(() => rmSync(home, { recursive: true, force: true }));

/** Users that a failed test left behind. Their server, if it still runs, ends with its last user here. */
afterEach(async () => {
  await killAll();
  await Promise.all(opened.splice(0).map((server) => server.stop()));
});

describe('a cluster', () => {
  it('is made at the first start, with the settings of a real server', async () => {
    expect(embeddedUrl(directory, 'shop')).toBeUndefined();
    const server = await open();
    const facts = `select concat_ws(' ', current_setting('server_version_num')::int / 10000, current_setting('server_encoding'),
      (select datlocprovider::text || datlocale from pg_database where datname = 'postgres'), current_setting('data_checksums'),
      current_setting('listen_addresses'), current_setting('shared_preload_libraries'), current_setting('fsync'))`;
    expect(await ask(server.url(), facts)).toBe('18 UTF8 bC.UTF-8 on 127.0.0.1 pg_stat_statements off');
    expect(statSync(join(directory, 'password')).mode & 0o777).toBe(0o600);
    expect(statSync(directory).mode & 0o777).toBe(0o700);
    expect(embeddedUrl(directory, 'shop')).toBe(server.url('shop'));
    await server.stop();
  });

  it('keeps its data, its password and its port', async () => {
    const first = await open();
    await ensureDatabase(first, 'shop');
    await ask(first.url('shop'), 'create table kept as select 42 as answer');
    await first.stop();
    const second = await open();
    await ensureDatabase(second, 'shop');
    expect(second.url('shop')).toBe(first.url('shop'));
    expect(await ask(second.url('shop'), 'select answer from kept')).toBe(42);
    await second.stop();
  });

  it('takes another port when its own is taken', async () => {
    const { port } = new URL(embeddedUrl(directory, 'shop')!);
    const thief = createServer().listen(Number(port), '127.0.0.1');
    await once(thief, 'listening');
    const server = await open();
    expect(server.port).not.toBe(Number(port));
    expect(embeddedUrl(directory, 'shop')).toBe(server.url('shop'));
    await server.stop();
    thief.close();
  });

  it('names the reason if it does not start', async () => {
    const failed = open({ settings: { work_mem: 'much' } });
    await expect(failed).rejects.toThrow(EmbeddedPostgresError);
    await expect(failed).rejects.toThrow(/invalid value for parameter "work_mem"[\s\S]*server\.log/);
  });

  it('is not mistaken for the one that it was copied from', async () => {
    const copy = join(home, 'copy');
    const original = await open();
    await cp(directory, copy, { recursive: true });
    await expect(open({ directory: copy })).rejects.toThrow(/was copied or moved while its PostgreSQL ran/);
    await original.stop();
  });

  it("is in a folder under /var/tmp if root cannot share the folder with the server's user", async () => {
    const barred = join(home, 'barred');
    mkdirSync(barred, { mode: 0o700 });
    const wanted = join(barred, 'checkout/postgres');
    const server = await open({ directory: wanted });
    expect(existsSync(isRoot() ? twinOf(wanted) : wanted)).toBe(true);
    expect(existsSync(isRoot() ? wanted : twinOf(wanted))).toBe(false);
    expect(await ask(embeddedUrl(wanted, 'postgres')!, 'select 1')).toBe(1);
    await server.stop();
    rmSync(twinOf(wanted), { recursive: true, force: true });
  });

  it('does not replace other files', async () => {
    const occupied = join(home, 'occupied');
    mkdirSync(join(occupied, 'precious'), { recursive: true });
    await expect(open({ directory: occupied })).rejects.toThrow(/contains files but no PostgreSQL cluster/);
    expect(readdirSync(occupied)).toEqual(['precious']);
  });

  it('needs a package of binaries for the platform', () => {
    expect(() => nativeFolder('plan9-mips')).toThrow(UnsupportedPlatformError);
  });
});

describe('its users', () => {
  it('keep it running until the last of them leaves', async () => {
    const [one, other] = [await openIn(directory, 'owner'), await openIn(directory, 'guest')];
    await one.stop();
    expect(await ask(other.url, 'select 1')).toBe(1);
    await other.stop();
    await expect(ask(other.url, 'select 1')).rejects.toThrow('ECONNREFUSED');
  });

  it('stop it when they all leave at once', async () => {
    const users = await Promise.all(Array.from({ length: 4 }, () => openIn(directory, 'guest')));
    await Promise.all(users.map((user) => user.stop()));
    await expect(ask(users[0]!.url, 'select 1')).rejects.toThrow('ECONNREFUSED');
  });

  it('come while others leave', async () => {
    for (let round = 0; round < 4; round++) {
      const leaving = await openIn(directory, 'owner');
      const [entered] = await Promise.all([openIn(directory, 'owner'), leaving.stop()]);
      expect(await ask(entered.url, 'select 1')).toBe(1);
      await entered.stop();
    }
  });

  it('stop the server that they used, not its successor', async () => {
    const cluster = await openCluster(directory, { durable: false, log: () => {} });
    const first = await open();
    const gone = runningServer(cluster)!;
    await first.stop();
    const second = await open();
    await stopServer(cluster, gone);
    expect(await ask(second.url(), 'select 1')).toBe(1);
  });

  it('include one owner at a time', async () => {
    const owner = await openIn(directory, 'owner');
    const second = open({ role: 'owner' });
    await expect(second).rejects.toThrow(DatabaseInUseError);
    await expect(second).rejects.toThrow(/^Hotpath, process \d+, runs on .*postgres: stop it, or set DATABASE_URL/);
    expect(await ask(owner.url, 'select 1')).toBe(1);
    await owner.stop();
    const next = await open({ role: 'owner' });
    await next.stop();
  });

  it('do not end it when Ctrl-C or kill -9 ends them; the next owner adopts it and stops it', async () => {
    const owner = await openIn(directory, 'owner');
    const pid = postmaster(directory);
    owner.interrupt();
    expect(await ask(owner.url, 'select 1')).toBe(1);
    await owner.kill();
    const next = await open({ role: 'owner' });
    expect(postmaster(directory)).toBe(pid);
    await next.stop();
    await expect(ask(next.url(), 'select 1')).rejects.toThrow('ECONNREFUSED');
  });
});

describe('a kill', () => {
  it('of the server loses no committed data', async () => {
    const before = await open();
    await ask(before.url(), 'create table survivor as select 42 as answer');
    process.kill(postmaster(directory), 'SIGKILL');
    await before.stop();
    const told: string[] = [];
    const after = await open({ log: (line) => told.push(line) });
    expect(told).toEqual([expect.stringContaining('has recovered')]);
    expect(await ask(after.url(), 'select answer from survivor')).toBe(42);
    await after.stop();
  });

  it('of a session does not keep its user from stopping the server', async () => {
    const told: string[] = [];
    const server = await open({ log: (line) => told.push(line) });
    await ask(server.url(), `select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory'`);
    await vi.waitFor(() => expect(told).toHaveLength(1));
    await server.stop();
    await expect(ask(server.url(), 'select 1')).rejects.toThrow('ECONNREFUSED');
  });

  it('while a cluster is made leaves nothing that disturbs the next start', async () => {
    const fresh = join(home, 'interrupted');
    const half = () => readdirSync(home).find((name) => name.startsWith('interrupted.new-'));
    const maker = startUser(fresh, 'owner');
    await vi.waitUntil(() => half() && existsSync(join(home, half()!, 'data/global')), {
      timeout: 10_000,
      interval: 2,
    });
    process.kill(-maker.pid!, 'SIGKILL');
    await once(maker, 'exit');
    expect(half()).toBeDefined();
    expect(existsSync(fresh)).toBe(false);
    const server = await open({ directory: fresh });
    expect(await ask(server.url(), 'select 1')).toBe(1);
    expect(half()).toBeUndefined();
    await server.stop();
  });
});

it('of several first starts at the same time leaves one cluster, which all share', async () => {
  const shared = join(home, 'shared');
  const users = await Promise.all(Array.from({ length: 4 }, () => openIn(shared, 'guest')));
  expect(new Set(users.map(({ url }) => url)).size).toBe(1);
  expect(readdirSync(home).filter((name) => name.startsWith('shared'))).toEqual(['shared']);
  await Promise.all(users.map((user) => user.stop()));
});
