/**
 * The errors that say that no server answers: each kind from a real fault, through the pool that the service reads
 * with.
 */
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { saysNoServer } from 'hotpath/session/no-server';
import { SessionPool, type SessionPoolConfig } from 'hotpath/session/session-pool';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { type EmbeddedPostgres, openEmbeddedPostgres } from '../../../../src/dev/postgres/embedded-postgres.ts';
import { adminUrl } from '../../../../test/support/database.ts';
import { freePort } from '../../../../test/support/free-port.ts';
import { openPooler, pooled } from '../../../../test/support/pooler.ts';
import { programOf } from '../../../../test/support/program.ts';
import { openProxy } from '../../../../test/support/proxy.ts';

interface Fault {
  readonly code: string | undefined;
  readonly message: string;
  readonly isAway: boolean;
}

function poolOf(url: string, config: SessionPoolConfig = {}): SessionPool {
  const pool = new SessionPool({ connectionString: url, connectionTimeoutMillis: 5000, ...config });
  pool.on('error', () => {});
  pool.on('connect', (client) => client.on('error', () => {}));
  onTestFinished(async () => {
    if (!pool.ending) await pool.end();
  });
  return pool;
}

async function faultOf(work: Promise<unknown>): Promise<Fault> {
  const error = await work.then(
    () => new Error('Nothing failed.'),
    (fault: Error & { code?: string }) => fault,
  );
  return { code: (error as { code?: string }).code, message: error.message, isAway: saysNoServer(error) };
}

const faultAt = (url: string, config?: SessionPoolConfig) => faultOf(poolOf(url, config).query('select 1'));

function urlAt(host: string, port: number): string {
  const url = new URL(adminUrl());
  url.hostname = host;
  url.port = String(port);
  return url.href;
}

/** A port whose connections a callback handles. */
async function portOf(onConnection: (socket: Socket) => void): Promise<number> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket.on('error', () => {}));
    onConnection(socket);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return (server.address() as AddressInfo).port;
}

describe('a server that cannot be reached', () => {
  it('whose port is closed', async () => {
    expect(await faultAt(urlAt('127.0.0.1', await freePort()))).toMatchObject({ code: 'ECONNREFUSED', isAway: true });
  });

  it('whose name is not known', async () => {
    const { code, isAway } = await faultAt(urlAt('nowhere.invalid', 5432));
    expect(['ENOTFOUND', 'EAI_AGAIN']).toContain(code);
    expect(isAway).toBe(true);
  });

  it('whose socket file is missing', async () => {
    const url = `postgresql://somebody@localhost/postgres?host=${join(tmpdir(), 'no-such-folder')}`;
    expect(await faultAt(url)).toMatchObject({ code: 'ENOENT', isAway: true });
  });

  it('to which no route leads, or whose answer never comes', async () => {
    // An address reserved for documentation.
    expect((await faultAt(urlAt('[2001:db8::1]', 5432), { connectionTimeoutMillis: 500 })).isAway).toBe(true);
  });

  it('which accepts a connection and says nothing', async () => {
    const port = await portOf(() => {});
    expect(await faultAt(urlAt('127.0.0.1', port), { connectionTimeoutMillis: 300 })).toMatchObject({
      message: expect.stringMatching(/connection timeout|timeout expired/),
      isAway: true,
    });
  });

  it.each([
    ['resets', 'ECONNRESET', 'resetAndDestroy'],
    ['ends', undefined, 'end'],
  ] as const)('which %s each connection', async (_how, code, act) => {
    const port = await portOf((socket) => {
      socket.once('data', () => {
        socket[act]();
      });
    });
    expect(await faultAt(urlAt('127.0.0.1', port))).toMatchObject({ code, isAway: true });
  });

  it('from which the network cuts a statement off', async () => {
    const proxy = await openProxy(adminUrl(), 'cut off');
    onTestFinished(() => proxy.close());
    const pool = poolOf(proxy.url, { application_name: 'cut off' });
    await pool.query('select 1');
    const fault = faultOf(pool.query('select pg_sleep(60)'));
    setTimeout(() => proxy.cut(), 100);
    expect(await fault).toMatchObject({ isAway: true });
  });
});

describe('a server that answers', () => {
  const elsewhere = (): SessionPool => poolOf(adminUrl());

  it('and cancels a statement', async () => {
    const fault = await faultOf(poolOf(adminUrl(), { statement_timeout: 50 }).query('select pg_sleep(60)'));
    expect(fault).toMatchObject({ code: '57014', isAway: false });
  });

  it('and ends one session', async () => {
    const pool = poolOf(adminUrl(), { application_name: 'to be ended' });
    const fault = faultOf(pool.query('select pg_sleep(60)'));
    const end = `select pg_terminate_backend(pid) from pg_stat_activity
      where application_name = 'to be ended' and query like '%pg_sleep%' and state = 'active'`;
    const admin = elsewhere();
    await expect.poll(async () => (await admin.query(end)).rowCount, { timeout: 10_000 }).toBe(1);
    expect(await fault).toMatchObject({ code: '57P01', isAway: false });
  });

  it.each([
    ['has no connection left for us', 'too_many', '53300', 'connection limit 0'],
    ['refuses our role', 'not_let_in', '28000', 'nologin'],
  ])('and %s', async (_what, name, code, options) => {
    const admin = elsewhere();
    const role = `no_server_${name}_${process.env['VITEST_POOL_ID']}`;
    await admin.query(`drop role if exists ${role}`);
    await admin.query(`create role ${role} login password 'x'`);
    await admin.query(`alter role ${role} ${options}`);
    const url = new URL(adminUrl());
    url.username = role;
    url.password = 'x';
    expect(await faultAt(url.href)).toMatchObject({ code, isAway: false });
    await admin.query(`drop role ${role}`);
  });

  it('and gets a request for a missing database, or refuses the user', async () => {
    const url = new URL(adminUrl());
    url.pathname = '/no_such_database';
    expect(await faultAt(url.href)).toMatchObject({ code: '3D000', isAway: false });
    url.pathname = '/template0';
    expect(await faultAt(url.href)).toMatchObject({ code: '55000', isAway: false });
  });

  it('and our own pool has no connection free', async () => {
    const pool = poolOf(adminUrl(), { max: 1, connectionTimeoutMillis: 1000 });
    const client = await pool.connect();
    const fault = await faultOf(pool.query('select 1'));
    client.release();
    expect(fault).toMatchObject({ message: 'timeout exceeded when trying to connect', isAway: false });
  });

  it('and our own pool is closed', async () => {
    const pool = poolOf(adminUrl());
    await pool.end();
    expect(await faultOf(pool.query('select 1'))).toMatchObject({ isAway: false });
  });
});

describe('a server of its own', () => {
  let home: string;
  let server: EmbeddedPostgres;
  const postmaster = () => Number(readFileSync(join(home, 'postgres/data/postmaster.pid'), 'utf8').split('\n')[0]);
  beforeAll(async () => {
    home = mkdtempSync(join(tmpdir(), 'hotpath-no-server-'));
    chmodSync(home, 0o755);
    server = await openEmbeddedPostgres({ directory: join(home, 'postgres'), settings: { fsync: 'off' } });
  }, 60_000);
  afterAll(async () => {
    await server.stop();
    rmSync(home, { recursive: true, force: true });
  });

  it('that crashes ends every session, and then recovers', async () => {
    const pool = poolOf(server.url());
    const [one, other] = [await pool.connect(), await pool.connect()];
    const { rows } = await one.query<{ pid: number }>('select pg_backend_pid() as pid');
    const faults = [faultOf(one.query('select pg_sleep(60)')), faultOf(other.query('select pg_sleep(60)'))];
    process.kill(rows[0]!.pid, 'SIGKILL');
    const ended = await Promise.all(faults);
    for (const client of [one, other]) client.release(true);
    expect(ended).toMatchObject([{ isAway: true }, { isAway: true }]);
    await expect
      .poll(async () => (await faultOf(pool.query('select 1'))).message, { timeout: 10_000 })
      .toBe('Nothing failed.');
  });

  it('that stops accepts no session, and then none answers', async () => {
    const pool = poolOf(server.url());
    const client = await pool.connect();
    // It waits for the open sessions.
    process.kill(postmaster(), 'SIGTERM');
    await expect.poll(() => faultAt(server.url()), { timeout: 10_000 }).toMatchObject({ code: '57P03', isAway: true });
    const fault = faultOf(client.query('select pg_sleep(60)'));
    process.kill(postmaster(), 'SIGINT');
    expect(await fault).toMatchObject({ code: '57P01', isAway: false });
    client.release(true);
    await expect
      .poll(() => faultAt(server.url()), { timeout: 10_000 })
      .toMatchObject({ code: 'ECONNREFUSED', isAway: true });
  });
});

describe('PgBouncer', () => {
  let program: string;
  beforeAll(async () => {
    program = await programOf({
      names: ['pgbouncer'],
      debianPackage: 'pgbouncer',
      advice: 'These tests need PgBouncer: install it (apt-get install pgbouncer, brew install pgbouncer).',
    });
  }, 120_000);

  async function open(url: string, settings: Record<string, string | number> = {}): Promise<string> {
    const pooler = await openPooler(program, url, settings);
    onTestFinished(() => pooler.stop());
    return pooled(url, pooler);
  }

  it('whose server is away reports it from 1.24 on; before, it says that it will try again, as for any fault', async () => {
    const proxy = await openProxy(adminUrl());
    const url = await open(proxy.url);
    const pool = poolOf(url, { max: 1 });
    await pool.query('select 1');
    await proxy.close();
    const faults: Fault[] = [];
    await expect
      .poll(
        async () => {
          faults.push(await faultOf(pool.query('select 1')));
          return faults.at(-1)!.message;
        },
        { timeout: 10_000 },
      )
      .toContain('server_login_retry');
    const { message, isAway } = faults.at(-1)!;
    expect(isAway).toBe(/cached error: connect failed/.test(message));
  });

  it('has clients wait for a connection, and disconnects them', async () => {
    const url = await open(adminUrl(), { default_pool_size: 1, reserve_pool_size: 0, query_wait_timeout: 1 });
    const busy = await poolOf(url).connect();
    await busy.query('begin');
    const late = await faultAt(url);
    const early = await faultAt(url, { connectionTimeoutMillis: 300 });
    await busy.query('rollback');
    busy.release();
    expect(late).toMatchObject({ message: expect.stringContaining('query_wait_timeout'), isAway: false });
    // Its connection was open, and waited for its first statement.
    expect(early).toMatchObject({ message: expect.stringContaining('connection timeout'), isAway: false });
  });

  it('accepts a limited number of clients', async () => {
    const url = await open(adminUrl(), { max_client_conn: 1 });
    const client = await poolOf(url).connect();
    const fault = await faultAt(url);
    client.release();
    expect(fault).toMatchObject({ message: expect.stringContaining('max_client_conn'), isAway: false });
  });
});

it.each([
  ['EHOSTUNREACH', true],
  ['ENETUNREACH', true],
  ['ETIMEDOUT', true],
  ['EMFILE', false],
  ['EADDRNOTAVAIL', false],
])('the error %s of the system, which no test can cause everywhere: %s', (code, isAway) => {
  expect(saysNoServer(Object.assign(new Error(`connect ${code}`), { code, syscall: 'connect' }))).toBe(isAway);
});

it.each([
  ['connect failed', true],
  ['server DNS lookup failed', true],
  ['connect timeout', true],
  ['FATAL: sorry, too many clients already', false],
  ['password authentication failed', false],
])('the message of PgBouncer 1.24 after its last login met "%s": %s', (reason, isAway) => {
  const message = `server login has been failing, cached error: ${reason} (server_login_retry)`;
  expect(saysNoServer(Object.assign(new Error(message), { code: '08P01', severity: 'FATAL' }))).toBe(isAway);
});

it('a value that is not an error', () => {
  for (const thrown of [undefined, null, 'ECONNREFUSED', { code: 'ECONNREFUSED' }])
    expect(saysNoServer(thrown)).toBe(false);
});
