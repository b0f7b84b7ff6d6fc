/** The state of the service, collected on request: pool, cache, follower, breaker. */
import type { FastifyInstance } from 'fastify';
import { Counter, type CounterConfiguration, Gauge, type GaugeConfiguration } from 'prom-client';
import type { Breaker } from '../../../cache/breaker.ts';
import { tierName } from '../../../cache/spans.ts';
import type { CacheStats, Tier } from '../../../cache/stats.ts';
import type { Standbys } from '../../../replicas/standbys.ts';
import type { SessionPool } from '../../../session/session-pool.ts';
import { type Hotpath, hotpathOf } from '../../instance.ts';

/** Publishes the parts that this process has: a worker has fewer than the service. */
export function publishState(app: FastifyInstance, pool: SessionPool | undefined): void {
  if (pool) publishPool(app, pool);
  const hotpath = hotpathOf(app);
  if (!hotpath) return;
  if (hotpath.redis) publishBreaker(app, hotpath.redis.breaker);
  publishFollower(app, hotpath);
  publishCache(app, hotpath);
  if (hotpath.standbys) publishStandbys(app, hotpath.standbys);
}

type Values = Iterable<readonly [labels: Record<string, string>, value: number]>;

function gauge(app: FastifyInstance, options: Omit<GaugeConfiguration<string>, 'collect'>, read: () => Values): void {
  new Gauge({
    ...options,
    registers: [app.metrics],
    collect() {
      for (const [labels, value] of read()) this.set(labels, value);
    },
  });
}

function counter(app: FastifyInstance, options: Omit<CounterConfiguration<string>, 'collect'>, read: () => Values) {
  new Counter({
    ...options,
    registers: [app.metrics],
    collect() {
      this.reset();
      for (const [labels, value] of read()) this.inc(labels, value);
    },
  });
}

function publishPool(app: FastifyInstance, pool: SessionPool): void {
  gauge(
    app,
    { name: 'hotpath_pool_connections', help: 'Connections to PostgreSQL that are open.', labelNames: ['state'] },
    () => [
      [{ state: 'active' }, pool.totalCount - pool.idleCount],
      [{ state: 'idle' }, pool.idleCount],
    ],
  );
  gauge(app, { name: 'hotpath_pool_max', help: 'The highest number of connections that may be open.' }, () => [
    [{}, pool.options.max],
  ]);
  gauge(app, { name: 'hotpath_pool_waiting', help: 'Requests that wait for a connection.' }, () => [
    [{}, pool.waitingCallers],
  ]);
}

const BREAKER_STATES = { closed: 0, probing: 1, open: 2 };

function publishBreaker(app: FastifyInstance, breaker: Breaker): void {
  const help = 'State of the circuit breaker of a dependency: 0 closed, 1 probing, 2 open.';
  gauge(app, { name: 'hotpath_breaker_state', help, labelNames: ['breaker'], aggregator: 'max' }, () => [
    [{ breaker: 'redis' }, BREAKER_STATES[breaker.state]],
  ]);
}

function publishFollower(app: FastifyInstance, { follower }: Hotpath): void {
  const lag = 'Age of the last reading of the log of changes.';
  gauge(app, { name: 'hotpath_follower_lag_seconds', help: lag, aggregator: 'max' }, () =>
    // Before its first reading the follower has no age.
    Number.isFinite(follower.ageMs) ? [[{}, follower.ageMs / 1000]] : [],
  );
  const current =
    'Whether the follower reads the log of changes: 0 if it cannot or if triggers are missing, so that nothing is cached.';
  gauge(app, { name: 'hotpath_follower_current', help: current, aggregator: 'min' }, () => [
    [{}, Number(follower.isFollowing)],
  ]);
}

function publishStandbys(app: FastifyInstance, { all }: Standbys): void {
  const reads = 'Reads on standbys, by outcome; the primary answers all that are not proved.';
  counter(app, { name: 'hotpath_standby_reads_total', help: reads, labelNames: ['standby', 'outcome'] }, () =>
    all.flatMap(({ name, reads }) =>
      Object.entries(reads).map(([outcome, value]) => [{ standby: name, outcome }, value] as const),
    ),
  );
  const labelNames = ['standby'];
  const delay =
    'How far a standby is behind the follower; of one that does not answer, since the last that it had seen.';
  gauge(app, { name: 'hotpath_standby_delay_seconds', help: delay, labelNames, aggregator: 'max' }, () =>
    all.map(({ name, delayMs }) => [{ standby: name }, delayMs / 1000] as const),
  );
  const ready = 'Whether a standby answers and follows the primary: 1 if it can be read.';
  gauge(app, { name: 'hotpath_standby_ready', help: ready, labelNames, aggregator: 'min' }, () =>
    all.map(({ name, state }) => [{ standby: name }, Number(state === 'ready')] as const),
  );
}

function publishCache(app: FastifyInstance, { cacheStats: stats, hitSampler }: Hotpath): void {
  const requests = 'Requests for cached routes, by the tier that answered them and the outcome.';
  const labelNames = ['tier', 'outcome'];
  counter(app, { name: 'hotpath_cache_requests_total', help: requests, labelNames }, () => answersIn(stats));
  gauge(app, { name: 'hotpath_cache_bytes', help: 'Bytes of the entries in memory.' }, () => [[{}, stats.bytes]]);
  gauge(app, { name: 'hotpath_cache_entries', help: 'Entries in memory.' }, () => [[{}, stats.entries]]);
  const evictions = 'Entries evicted from memory.';
  counter(app, { name: 'hotpath_cache_evictions_total', help: evictions }, () => [[{}, stats.evictions]]);
  const { stats: sampled } = hitSampler;
  const compared = 'Hits that were compared with the database: the sample of `sampleOneIn`.';
  counter(app, { name: 'hotpath_cache_compared_total', help: compared }, () => [[{}, sampled.compared]]);
  const inconsistent =
    'Compared hits that differ from the database although no committed change explains it. It must be 0.';
  counter(app, { name: 'hotpath_cache_inconsistent_total', help: inconsistent }, () => [[{}, sampled.inconsistent]]);
}

function* answersIn({ answers }: CacheStats): Values {
  for (const [tier, outcomes] of Object.entries(answers)) {
    for (const [outcome, value] of Object.entries(outcomes)) {
      yield [{ tier: tierName(tier as Tier), outcome }, value];
    }
  }
}
