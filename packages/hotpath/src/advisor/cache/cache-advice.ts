/** Advice on the cache of each route, from recorded traffic and from the writes that the database counted. */
import type { TrafficRequest } from '../../replay/recorded-traffic.ts';
import type { CatalogClient } from '../advice.ts';
import type { AskedShape, CachableRoute } from '../asked-shapes.ts';
import type { StatementPlanner } from '../indexes/planner.ts';
import { ChangeRates } from './change-rates.ts';
import { type CachedAsk, hitsOf } from './simulate-cache.ts';

/** A route in the recorded traffic. */
export interface CacheAdvice {
  readonly route: string;
  readonly asks: number;
  /** The number of different answers. */
  readonly answers: number;
  /** Changes of one answer in an hour, on average. */
  readonly changesPerHour: number;
  /** The ttl of its policy in seconds; missing without a policy. */
  readonly ttl?: number;
  /** The part of the requests that its policy answers from the cache, from 0 to 1; 0 without a policy. */
  readonly hitShare: number;
  /** The advised ttl in seconds; missing where a cache, or a change of it, would give too little. */
  readonly advisedTtl?: number;
  readonly advisedHitShare: number;
  /** The memory of all its answers, as PostgreSQL estimates the rows of one. */
  readonly bytes: number;
  /** To paste into the declaration of the route. */
  readonly line?: string;
}

const TTLS = [1, 5, 10, 30, 60, 300, 600, 3600];
/** A longer ttl must give more than this. */
const ENOUGH = 0.95;
/** A cache that answers fewer requests costs more than it gives. */
const LEAST_SHARE = 0.2;
/** A change of a policy must give this part of all requests. */
const LEAST_GAIN = 0.05;

export interface CacheAdvising {
  readonly client: CatalogClient;
  readonly planner: StatementPlanner;
  readonly routes: readonly CachableRoute[];
  readonly shapes: readonly AskedShape[];
  readonly traffic: readonly TrafficRequest[];
}

/** The route with the most requests first. */
export async function adviseCache(advising: CacheAdvising): Promise<CacheAdvice[]> {
  const { client, planner, routes, shapes, traffic } = advising;
  const rates = await ChangeRates.read(client);
  const advice: CacheAdvice[] = [];
  for (const route of routes) {
    const asks = asksOf(route, traffic);
    const shape = shapes.find(({ route: name }) => name === `GET ${route.url}`);
    if (asks.length === 0 || !shape) continue;
    const demands = await planner.usesOf(shape.text);
    const values = await planner.realValues(demands, shape.values);
    const { bytes } = await planner.planOf({ text: shape.text, values });
    advice.push(adviceFor(route, { asks, changeRate: rates.of(demands.uses), bytes }));
  }
  return advice.toSorted((one, other) => other.asks - one.asks);
}

const ANSWERED = [200, 304];

/** Viewers share an answer unless the policy of a resource separates them. */
function asksOf({ url, cache, subjectRoles }: CachableRoute, traffic: readonly TrafficRequest[]): CachedAsk[] {
  return traffic
    .filter(({ route, recorded }) => route === url && (!recorded || ANSWERED.includes(recorded.status)))
    .map(({ at, path, viewer }) => {
      if (!viewer || cache?.scope === 'public') return { at, key: path };
      const { role, subject } = viewer;
      return { at, key: JSON.stringify(subjectRoles.includes(role) ? [path, role, subject] : [path, role]) };
    });
}

interface RouteTraffic {
  readonly asks: readonly CachedAsk[];
  readonly changeRate: number;
  readonly bytes: number;
}

function adviceFor({ url, cache }: CachableRoute, { asks, changeRate, bytes }: RouteTraffic): CacheAdvice {
  const shareAt = (ttlSeconds: number) => hitsOf(asks, { ttlSeconds, changeRate }) / asks.length;
  const most = shareAt(TTLS.at(-1)!);
  const ttl = TTLS.find((each) => shareAt(each) >= ENOUGH * most)!;
  const [hitShare, advisedHitShare] = [cache ? shareAt(cache.ttl) : 0, shareAt(ttl)];
  const isWorth = advisedHitShare >= LEAST_SHARE && advisedHitShare - hitShare >= LEAST_GAIN;
  const answers = new Set(asks.map(({ key }) => key)).size;
  return {
    route: `GET ${url}`,
    ...{ asks: asks.length, answers, changesPerHour: changeRate * 3600 },
    ...(cache && { ttl: cache.ttl }),
    ...{ hitShare, advisedHitShare, bytes: answers * bytes },
    ...(isWorth && { advisedTtl: ttl, line: `cache: { ttl: ${ttl} }` }),
  };
}
