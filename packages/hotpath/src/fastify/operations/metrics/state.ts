/** What the service knows of itself anyhow, looked up when it is asked for: pool, cache, follower, breaker. */
import type { FastifyInstance } from 'fastify';
import { Counter, type CounterConfiguration, Gauge, type GaugeConfiguration } from 'prom-client';
import type { Breaker } from '../../../cache/breaker.ts';
import { tierName } from '../../../cache/spans.ts';
import type { CacheStats, Tier } from '../../../cache/stats.ts';
import type { SessionPool } from '../../../session/session-pool.ts';
import { type Hotpath, hotpathOf } from '../../instance.ts';

/** Of what this process has: a worker has less than the service. */
export function publishState(app: FastifyInstance, pool: SessionPool | undefined): void {
  if (pool) publishPool(app, pool);
  const hotpath = hotpathOf(app);
  if (!hotpath) return;
  if (hotpath.redis) publishBreaker(app, hotpath.redis.breaker);
  publishFollower(app, hotpath);
  publishCache(app, hotpath);
}

type Values = Iterable<readonly [labels: Record<string, string>, value: number]>;

function gauge(app: FastifyInstance, options: Omit<GaugeConfiguration<string>, 'collect'>, look: () => Values): void {
  new Gauge({
    ...options,
    registers: [app.metrics],
    collect() {
      for (const [labels, value] of look()) this.set(labels, value);
    },
  });
}

function counter(app: FastifyInstance, options: Omit<CounterConfiguration<string>, 'collect'>, look: () => Values) {
  new Counter({
    ...options,
    registers: [app.metrics],
    collect() {
      this.reset();
      for (const [labels, value] of look()) this.inc(labels, value);
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
  gauge(app, { name: 'hotpath_pool_max', help: 'The most connections that may be open.' }, () => [
    [{}, pool.options.max],
  ]);
  gauge(app, { name: 'hotpath_pool_waiting', help: 'Requests that wait for a connection.' }, () => [
    [{}, pool.waitingCount],
  ]);
}

const BREAKER_STATES = { closed: 0, probing: 1, open: 2 };

function publishBreaker(app: FastifyInstance, breaker: Breaker): void {
  const help = 'Whether a dependency is used: 0 it is, 1 it is tried, 2 it is not.';
  gauge(app, { name: 'hotpath_breaker_state', help, labelNames: ['breaker'], aggregator: 'max' }, () => [
    [{ breaker: 'redis' }, BREAKER_STATES[breaker.state]],
  ]);
}

function publishFollower(app: FastifyInstance, { follower }: Hotpath): void {
  const lag = 'How old what is known of committed changes is.';
  gauge(app, { name: 'hotpath_follower_lag_seconds', help: lag, aggregator: 'max' }, () =>
    // Before it has read anything it has no age.
    Number.isFinite(follower.ageMs) ? [[{}, follower.ageMs / 1000]] : [],
  );
  const current =
    'Whether the log of changes is followed: 0 if it cannot be read or triggers are missing, so that nothing is cached.';
  gauge(app, { name: 'hotpath_follower_current', help: current, aggregator: 'min' }, () => [
    [{}, Number(follower.isFollowing)],
  ]);
}

function publishCache(app: FastifyInstance, { cacheStats: stats, hitSampler }: Hotpath): void {
  const requests = 'Requests for cached routes, by the tier that answered them and how.';
  const labelNames = ['tier', 'outcome'];
  counter(app, { name: 'hotpath_cache_requests_total', help: requests, labelNames }, () => answersIn(stats));
  gauge(app, { name: 'hotpath_cache_bytes', help: 'What the entries in memory take.' }, () => [[{}, stats.bytes]]);
  gauge(app, { name: 'hotpath_cache_entries', help: 'Entries in memory.' }, () => [[{}, stats.entries]]);
  const evictions = 'Entries thrown out of memory to make room.';
  counter(app, { name: 'hotpath_cache_evictions_total', help: evictions }, () => [[{}, stats.evictions]]);
  const { stats: sampled } = hitSampler;
  const compared = 'Hits that were compared with the database: those of `sampleOneIn`.';
  counter(app, { name: 'hotpath_cache_compared_total', help: compared }, () => [[{}, sampled.compared]]);
  const inconsistent = 'Of these, those that differ, and no committed change explains it. It must be 0.';
  counter(app, { name: 'hotpath_cache_inconsistent_total', help: inconsistent }, () => [[{}, sampled.inconsistent]]);
}

function* answersIn({ answers }: CacheStats): Values {
  for (const [tier, outcomes] of Object.entries(answers)) {
    for (const [outcome, value] of Object.entries(outcomes)) {
      yield [{ tier: tierName(tier as Tier), outcome }, value];
    }
  }
}
