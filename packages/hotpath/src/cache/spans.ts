/**
 * The spans of the cache: `cache.get` from the question to its answer, or until it is known that there is none;
 * `cache.set` for what is kept after the reply; `cache.refresh` for what is read anew in the background; and under them
 * the commands to Redis. Nothing of it is made where the request is not sampled.
 */
import { currentSpan, within } from '../telemetry/context.ts';
import type { Span } from '../telemetry/span.ts';
import { type Entry, sizeOf } from './entry.ts';
import type { Answer, Query } from './query.ts';
import type { Outcome, Tier } from './stats.ts';

/** Traces a look-up; `look` is given the query with its span. */
export function traceLook(query: Query, look: (query: Query) => Promise<Answer>): Promise<Answer> {
  const span = currentSpan()?.child('cache.get');
  return span ? traced(span, look({ ...query, look: span })) : look(query);
}

async function traced(span: Span, looking: Promise<Answer>): Promise<Answer> {
  try {
    const answer = await looking;
    endLook(span, answer);
    return answer;
  } finally {
    span.end();
  }
}

export function endLook(span: Span, { entry, tier, outcome }: Answer): void {
  span.end({ ...told(tier, outcome), 'cache.item_size': entry.bodies.identity.length });
}

/** No tier has it: what follows is the database's. */
export function unanswered(look: Span | undefined, outcome: 'miss' | 'bypass'): void {
  look?.end(told('database', outcome));
}

/** @param flight of who reads for both, if he is traced. */
export function coalesce(look: Span | undefined, flight: Span | undefined): void {
  if (flight) look?.link(flight);
}

const IN_SERVICE = { l1: 'l1', l2: 'l2', database: 'none' } as const;

/** How a request was answered, in the words of spans and metrics. */
export const told = (tier: Tier, outcome: Outcome) => ({
  'cache.hit': outcome !== 'miss' && outcome !== 'bypass',
  'hotpath.cache.tier': IN_SERVICE[tier],
  'hotpath.cache.outcome': outcome,
});

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
export function tracedCommand<T>(parent: Span | undefined, text: string, send: () => Promise<T>): Promise<T> {
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
