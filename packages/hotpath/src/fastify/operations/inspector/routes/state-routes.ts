/** The state of the server: its routes over the ring, the freshness of what it knows, its cache, its jobs. */
import type { FastifyInstance } from 'fastify';
import { askedBy } from '../../../../cache/key.ts';
import { judge } from '../../../../cache/verdict.ts';
import { type RouteTraits, routeLines } from '../../../../inspector/route-view.ts';
import { listJobs, queueState, retryDead } from '../../../../jobs/dead-letters.ts';
import { FORBIDDEN, sqlstateOf, UNDEFINED_SCHEMA, UNDEFINED_TABLE } from '../../../../session/error-codes.ts';
import { type Hotpath, hotpathOf } from '../../../instance.ts';
import { RoutePatterns } from '../route-patterns.ts';
import { Input } from './input.ts';
import { type InspectorParts, OWN_ROUTE, poolOf } from './parts.ts';

export function addStateRoutes(app: FastifyInstance, parts: InspectorParts): void {
  const { recorder } = parts;
  app.get('/routes', OWN_ROUTE, async () => {
    return { routes: routeLines(recorder.requests.newest(), traitsOf(hotpathOf(app))) };
  });
  app.get('/freshness', OWN_ROUTE, async () => freshnessOf(parts, hotpathOf(app)));
  app.get('/cache', OWN_ROUTE, async () => cacheOf(hotpathOf(app)));
  app.get('/jobs', OWN_ROUTE, async () => jobsOf(parts));
  app.post('/jobs/retry', OWN_ROUTE, async ({ body }) => {
    return { retried: await retryDead(poolOf(parts), new Input(body).texts('ids', /^[1-9]\d{0,17}$/)) };
  });
}

function traitsOf(hotpath: Hotpath | undefined): (route: string) => RouteTraits | undefined {
  const reads = new Map(hotpath?.routes.map(({ url, read }) => [`GET ${url}`, read]));
  return (route) => {
    const read = reads.get(route);
    return read && { isRead: true, hasCache: read.cache !== undefined };
  };
}

/** How far the follower is, and how many entries each of the last changes has outdated. */
function freshnessOf({ recorder }: InspectorParts, hotpath: Hotpath | undefined) {
  if (!hotpath) return { isKnown: false };
  const { follower, cache } = hotpath;
  const waiting = new Map<number, number>();
  for (const [, entry] of cache.all()) {
    if (entry.epoch !== follower.epoch) continue;
    const culprits = new Set(follower.culprits(entry.snapshot, entry.tags).map(({ xid }) => xid));
    for (const xid of culprits) if (xid !== undefined) waiting.set(xid, (waiting.get(xid) ?? 0) + 1);
  }
  const { isCurrent, isFollowing, ageMs, position, epoch } = follower;
  return {
    isKnown: true,
    follower: { isCurrent, isFollowing, ageMs: Number.isFinite(ageMs) ? ageMs : null, position, epoch },
    gaps: hotpath.gaps()?.map(({ reason }) => reason) ?? [],
    changes: recorder.changes.newest().map((transaction) => {
      return { ...transaction, outdated: transaction.outdated + (waiting.get(transaction.xid) ?? 0) };
    }),
  };
}

function cacheOf(hotpath: Hotpath | undefined) {
  if (!hotpath) return { isKnown: false };
  const { cache, cacheStats, routes, follower } = hotpath;
  const patterns = new RoutePatterns(routes.map(({ url }) => url));
  const byRoute = new Map<string, { entries: number; bytes: number; outdated: number }>();
  for (const [key, entry] of cache.all()) {
    const route = patterns.find(askedBy(key).url) ?? '(no route)';
    const sum = byRoute.get(route) ?? { entries: 0, bytes: 0, outdated: 0 };
    sum.entries += 1;
    sum.bytes += Object.values(entry.bodies).reduce((total, body) => total + body.length, 0);
    if (judge(follower, entry) === 'outdated') sum.outdated += 1;
    byRoute.set(route, sum);
  }
  const { answers, entries, bytes, evictions, fills, breaker, events } = cacheStats;
  const sorted = [...byRoute].sort(([, one], [, other]) => other.bytes - one.bytes);
  return {
    isKnown: true,
    ...{ answers, entries, bytes, evictions, fills, breaker, events },
    routes: sorted.map(([route, sum]) => ({ route, ...sum })),
  };
}

const LISTED_JOBS = 100;
const MISSING = new Set([UNDEFINED_TABLE, UNDEFINED_SCHEMA, FORBIDDEN]);

/** The queue, where there is one that this role may see. */
async function jobsOf(parts: InspectorParts) {
  const { jobs: ran } = parts.recorder;
  try {
    const pool = poolOf(parts);
    const [state, listed] = [await queueState(pool), await listJobs(pool, undefined, LISTED_JOBS)];
    return { hasQueue: true, state, listed, ran: ran.toReversed() };
  } catch (error) {
    if (!MISSING.has(sqlstateOf(error))) throw error;
    return { hasQueue: false, state: undefined, listed: [], ran: ran.toReversed() };
  }
}
