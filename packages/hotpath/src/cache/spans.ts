/**
 * The spans of the cache: `cache.get` lasts from the query to its answer, or until the cache knows that it has none.
 * `cache.set` covers an entry that is kept after the reply, `cache.refresh` one that is read again in the background.
 * Below them are the commands to Redis. A request that is not sampled makes no spans.
 */
import { CommonAttributes } from '../telemetry/common-attributes.ts';
import { currentSpan, within } from '../telemetry/context.ts';
import type { Reference, Span, Step } from '../telemetry/span.ts';
import { type Entry, sizeOf } from './entry.ts';
import type { CacheAnswer, Query } from './query.ts';
import type { Outcome, Tier } from './stats.ts';

/** Traces a look-up; `lookUp` gets the query with its span. */
export function traceLookUp(query: Query, lookUp: (query: Query) => Promise<CacheAnswer>): Promise<CacheAnswer> {
  const span = currentSpan()?.child('cache.get');
  return span ? traced(span, lookUp({ ...query, span })) : lookUp(query);
}

async function traced(span: Span, looking: Promise<CacheAnswer>): Promise<CacheAnswer> {
  try {
    const answer = await looking;
    endLookUp(span, answer);
    return answer;
  } finally {
    span.end();
  }
}

export function endLookUp(span: Span, { entry, tier, outcome }: CacheAnswer): void {
  span.end({ 'cache.item_size': entry.bodies.identity.length }, OUTCOMES[tier][outcome]);
}

/** Ends the look-up: no tier has an answer, and the cache reads the database. */
export function unanswered(span: Span | undefined, outcome: 'miss' | 'bypass'): void {
  span?.end(undefined, OUTCOMES.database[outcome]);
}

/** Links the look-up to the request that reads for both, if that request is traced. */
export function coalesce(span: Span | undefined, flight: Reference | undefined): void {
  if (flight) span?.link(flight);
}

const IN_SERVICE = { l1: 'l1', l2: 'l2', database: 'none' } as const;

/** The outcome of a request, in the words of spans and metrics. */
export const outcomeAttributes = (tier: Tier, outcome: Outcome) => ({
  'cache.hit': outcome !== 'miss' && outcome !== 'bypass',
  'hotpath.cache.tier': IN_SERVICE[tier],
  'hotpath.cache.outcome': outcome,
});

const outcomesOf = (tier: Tier): Readonly<Record<Outcome, CommonAttributes>> => {
  const of = (outcome: Outcome) => new CommonAttributes(outcomeAttributes(tier, outcome));
  return {
    hit: of('hit'),
    stale: of('stale'),
    rescued: of('rescued'),
    miss: of('miss'),
    coalesced: of('coalesced'),
    bypass: of('bypass'),
  };
};

const OUTCOMES = { l1: outcomesOf('l1'), l2: outcomesOf('l2'), database: outcomesOf('database') } as const;

export const tierName = (tier: Tier): 'l1' | 'l2' | 'none' => IN_SERVICE[tier];

export async function traceKeeping(entry: Entry, keep: (span: Span | undefined) => Promise<void>): Promise<void> {
  const span = currentSpan()?.child('cache.set');
  await keep(span).finally(() => span?.end({ 'cache.item_size': sizeOf(entry) }));
}

export async function traceRefresh<T>(refresh: () => Promise<T>): Promise<T> {
  const span = currentSpan()?.child('cache.refresh');
  try {
    return await within(span, refresh);
  } catch (error) {
    span?.fail((error as { code?: string }).code ?? 'Error');
    throw error;
  } finally {
    span?.end();
  }
}

/** @param text the command, with its key and without values. */
export function tracedCommand<T>(parent: Step | undefined, text: string, send: () => Promise<T>): Promise<T> {
  if (!parent) return send();
  const operation = text.slice(0, text.indexOf(' '));
  const span = parent.child(operation, 'client', {
    'db.system.name': 'redis',
    'db.operation.name': operation,
    'db.query.text': text,
  });
  const sent = send();
  sent.then(
    () => span.end(),
    (error: { code?: string; name?: string }) => {
      span.fail(error.code ?? error.name ?? 'Error');
      span.end();
    },
  );
  return sent;
}
