/** Routes over the ring: how often, how long, how many statements, how many hits, and what would help. */
import type { RequestRecord } from './request-record.ts';

export interface RouteLine {
  /** Method and pattern: `GET /users/:id`. */
  readonly route: string;
  readonly count: number;
  readonly errors: number;
  /** In milliseconds. */
  readonly p50: number;
  readonly p95: number;
  /** Statements a request, on average. */
  readonly statements: number;
  /** Time in PostgreSQL a request, on average, in milliseconds. */
  readonly databaseMs: number;
  readonly budget: number | undefined;
  readonly over: number;
  /** The part of its requests that the cache answered without PostgreSQL; undefined for a route without a cache. */
  readonly hitRate: number | undefined;
  /** Of a body, on average; undefined where none is known. */
  readonly bytes: number | undefined;
  /** The part of its requests that ask what the same viewer, or another one, has asked before. */
  readonly repeats: number;
  /** The request of the ring that took longest. */
  readonly slowest: number;
  readonly advice: readonly string[];
}

/** The traits of a route that its requests do not show. */
export interface RouteTraits {
  /** Whether it is made of a resource, so that it can have a cache. */
  readonly isRead: boolean;
  readonly hasCache: boolean;
}

export function routeLines(
  records: Iterable<RequestRecord>,
  traitsOf: (route: string) => RouteTraits | undefined = () => undefined,
): RouteLine[] {
  const routes = new Map<string, RequestRecord[]>();
  for (const record of records) {
    const route = `${record.method} ${record.route || '(no route)'}`;
    const group = routes.get(route);
    if (group) group.push(record);
    else routes.set(route, [record]);
  }
  const lines = [...routes].map(([route, group]) => lineOf(route, group, traitsOf(route)));
  return lines.sort((one, other) => other.count * other.p50 - one.count * one.p50);
}

function lineOf(route: string, group: readonly RequestRecord[], traits: RouteTraits | undefined): RouteLine {
  const times = timesOf(group);
  const count = group.length + sum(group.map(({ unlisted }) => unlisted));
  const mean = (numbers: readonly number[]): number => sum(numbers) / count;
  const sized = group.filter(({ bytes }) => bytes !== undefined);
  const asked = group.filter(({ outcome }) => outcome !== undefined);
  const hits = count - group.length + asked.filter(({ tier }) => tier !== 'database').length;
  const line = {
    route,
    count,
    errors: group.filter(({ status }) => status >= 500).length,
    p50: percentile(times, 0.5),
    p95: percentile(times, 0.95),
    statements: mean(group.map(({ statements }) => statements)),
    databaseMs: mean(group.map(({ databaseMs }) => databaseMs)),
    budget: group[0]!.budget,
    over: group.filter(({ isOver }) => isOver).length,
    hitRate: asked.length > 0 ? hits / (count - group.length + asked.length) : undefined,
    bytes: sized.length > 0 ? sum(sized.map(({ bytes }) => bytes!)) / sized.length : undefined,
    repeats: 1 - new Set(group.map(({ url, viewerKey }) => `${viewerKey} ${url}`)).size / group.length,
    slowest: group.reduce((slowest, each) => (each.ms > slowest.ms ? each : slowest)).id,
  };
  return { ...line, advice: adviceFor(line, traits) };
}

const ENOUGH_REQUESTS = 20;
const WORTH_CACHING = 0.5;

function adviceFor(line: Omit<RouteLine, 'advice'>, traits: RouteTraits | undefined): string[] {
  const advice: string[] = [];
  if (line.over > 0) advice.push(`${line.over} of ${line.count} requests repeated a statement or exceeded the budget.`);
  if (isWorthCaching(line) && traits?.hasCache !== true) {
    const share = `${Math.round(line.repeats * 100)}% of its requests ask what was asked before`;
    const cost = `each costs ${line.databaseMs.toFixed(1)} ms in PostgreSQL`;
    const remedy = traits?.isRead
      ? 'Give it a cache: `cache: { ttl: 60 }`.'
      : 'A read route that is made of a resource can have a cache.';
    advice.push(`Worth caching: ${share}, and ${cost}. ${remedy}`);
  }
  return advice;
}

const isWorthCaching = ({ route, count, repeats, statements, hitRate }: Omit<RouteLine, 'advice'>): boolean =>
  route.startsWith('GET ') &&
  count >= ENOUGH_REQUESTS &&
  repeats >= WORTH_CACHING &&
  statements >= 1 &&
  hitRate === undefined;

const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0);

/** A time in milliseconds, and the number of requests that took it. */
interface Timed {
  readonly ms: number;
  readonly times: number;
}

/** The times of a route's requests, the shortest first. Requests without a record count with their mean. */
const timesOf = (group: readonly RequestRecord[]): Timed[] =>
  group
    .flatMap(({ ms, unlisted, unlistedMs }) => {
      const own = { ms, times: 1 };
      return unlisted > 0 ? [own, { ms: unlistedMs / unlisted, times: unlisted }] : [own];
    })
    .sort((one, other) => one.ms - other.ms);

/** @param sorted ascending, not empty. */
function percentile(sorted: readonly Timed[], part: number): number {
  let left = sum(sorted.map(({ times }) => times)) * part;
  for (const { ms, times } of sorted) {
    left -= times;
    if (left < 0) return ms;
  }
  return sorted.at(-1)!.ms;
}
