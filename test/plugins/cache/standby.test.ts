/** One standby of the embedded server: `npm run test:replicas` has more of them, more faults and another version. */
import pg from 'pg';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { type App, buildApp } from '../../../src/app.ts';
import { loadConfig } from '../../../src/config/config.ts';
import { testEnvironment } from '../../support/app.ts';
import { type Asked, ask } from '../../support/instances.ts';
import { openReplication, REPLICATED, type Replication } from '../../support/replication.ts';
import { asService } from '../../support/service-role.ts';
import { useTraces } from '../../support/traces.ts';

const PATIENT = { timeout: 20_000, interval: 20 };
let replication: Replication;
let psql: pg.Client;
let app: App;
const logged: string[] = [];
const traces = useTraces({ OTEL_TRACES_SAMPLER_ARG: '0', TRACES_ASKED_PER_SECOND: '1000' });

beforeAll(async () => {
  replication = await openReplication({ standbys: 1 });
  const url = replication.primary.url(REPLICATED);
  psql = new pg.Client({ connectionString: url });
  await psql.connect();
  const own = {
    DATABASE_URL: asService(url),
    DATABASE_REPLICA_URLS: asService(replication.standbys[0]!.url(REPLICATED)),
    METRICS_TOKEN: 'a token of the tests',
    LOG_LEVEL: 'warn',
  };
  const config = loadConfig({ ...testEnvironment(url), ...own });
  const redact = (line: string) => {
    logged.push(line);
    return config.log.redact(line);
  };
  app = buildApp({ ...config, log: { ...config.log, redact } }, traces().tracing);
  await app.ready();
  await vi.waitFor(() => expect(standby().state).toBe('ready'), PATIENT);
}, 120_000);

afterAll(async () => {
  await app.close();
  await psql.end();
  await replication.close();
}, 60_000);

const standby = () => app.hotpath.standbys!.all[0]!;
const product = (id: number) => `/v1/products/${id}?fields=name`;
const nameIn = ({ body }: Asked): string => JSON.parse(body).data.name;

it('a standby answers a fill by one statement, and the primary the reads that the cache does not answer', async () => {
  const filled = await ask(app, product(2));
  expect([filled.statements, filled.cache, standby().reads.proved]).toEqual([1, 'database miss', 1]);
  const past = await ask(app, product(2), { 'consistency-token': 'none' });
  expect([past.statements, past.body, standby().reads.proved]).toEqual([1, filled.body, 1]);
});

it('the primary answers for a change that the standby has not replayed, within the budget of the route', async () => {
  await replication.standbys[0]!.run('SELECT pg_wal_replay_pause()');
  await psql.query(`UPDATE products SET name = 'not yet replayed' WHERE id = 1`);
  expect(await app.hotpath.follower.catchUp(10_000)).toBe(true);
  const changed = await ask(app, product(1));
  expect([nameIn(changed), changed.statements, standby().reads.behind]).toEqual(['not yet replayed', 1, 1]);
  await replication.standbys[0]!.run('SELECT pg_wal_replay_resume()');
  await expect.poll(() => standby().delayMs, PATIENT).toBe(0);
  await psql.query(`UPDATE products SET name = 'replayed' WHERE id = 1`);
  await expect.poll(async () => nameIn(await ask(app, product(1))), PATIENT).toBe('replayed');
});

it('reads that the standby cancels are in their traces, and the log has the first; the primary answers them', async () => {
  const [server] = replication.standbys;
  const locker = new pg.Client({ connectionString: replication.primary.url(REPLICATED) });
  await locker.connect();
  const [locks, cancel] = [
    `SELECT FROM pg_locks WHERE mode = 'AccessExclusiveLock' AND relation = 'products'::regclass`,
    `SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND application_name = 'hotpath'`,
  ];
  const traceIds = ['1', '2'].map((digit) => digit.repeat(32));
  try {
    // The standby replays the lock, so the reads wait there, and then on the primary. A commit flushes the lock's record, too.
    await locker.query('BEGIN; LOCK TABLE products IN ACCESS EXCLUSIVE MODE');
    await psql.query('UPDATE users SET name = name WHERE id = 1');
    await expect.poll(async () => (await server!.run(locks, REPLICATED)).length, PATIENT).toBe(1);
    const asked = traceIds.map((id, at) =>
      ask(app, product(20 + at), { traceparent: `00-${id}-${'3'.repeat(16)}-01` }),
    );
    const failed = async () => {
      await server!.run(cancel);
      return standby().reads.failed;
    };
    await expect.poll(failed, PATIENT).toBe(2);
    await locker.query('ROLLBACK');
    expect((await Promise.all(asked)).map(({ status, statements }) => [status, statements])).toEqual([
      [200, 1],
      [200, 1],
    ]);
  } finally {
    await locker.end();
  }
  const { name } = standby();
  const lines = logged.map((line) => JSON.parse(line)).filter(({ msg }) => msg.includes(`standby ${name} failed`));
  expect(lines).toMatchObject([{ level: 40, standby: name, err: { code: '57014' } }]);
  expect(traceIds).toContain(lines[0].trace_id);
  for (const id of traceIds) {
    const unused = (await traces().of(id)).filter((span) => span.name === 'standby.unused');
    expect(unused).toMatchObject([{ status: 2, attributes: { 'hotpath.standby': name, 'error.type': '57014' } }]);
  }
});

it('metrics count its reads by outcome', async () => {
  const reply = await app.inject({ url: '/metrics', headers: { authorization: 'Bearer a token of the tests' } });
  const { name } = standby();
  expect(reply.body).toContain(`hotpath_standby_reads_total{standby="${name}",outcome="behind"}`);
  expect(reply.body).toContain(`hotpath_standby_reads_total{standby="${name}",outcome="failed"} 2`);
  expect(reply.body).toContain(`hotpath_standby_ready{standby="${name}"} 1`);
  expect(reply.body).toContain(`hotpath_standby_delay_seconds{standby="${name}"}`);
});
