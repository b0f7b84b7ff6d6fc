/**
 * The window: the stretch of time that a list covers, if its resource grows without end. It includes `since` and
 * excludes `until`. Without `since` it has the resource's default length. Without `until` it is open, because no row is
 * newer than now, except by the error of a clock.
 *
 * The start is rounded down to the full minute if it is counted back from now. So two equal requests within a minute
 * are the same selection, which the cache can recognise.
 */
import type { Condition } from './filter.ts';
import { refusal, shortened } from './refusal.ts';
import type { Registry } from './registry.ts';
import type { Resource } from './resource.ts';
import { readerOf } from './value.ts';

export interface Window {
  /** The field that the window applies to, a DateTime. */
  readonly field: string;
  /** Its length without `since`, in milliseconds. */
  readonly default: number;
  /** The limit of its length, in milliseconds. */
  readonly most: number;
}

const MINUTE = 60_000;
/** An hour in milliseconds. */
export const HOUR = 60 * MINUTE;
/** A day in milliseconds. */
export const DAY = 24 * HOUR;

type WindowQuery = Readonly<Record<string, string | undefined>>;

/** The rows within the window; `undefined` for a resource without one. @throws a 400 for an invalid window. */
export function conditionWithin(registry: Registry, resource: Resource, query: WindowQuery): Condition | undefined {
  const { window } = resource;
  if (!window) return undefined;
  const read = (parameter: 'since' | 'until') => timeIn(registry, resource, { parameter, text: query[parameter] });
  const until = read('until');
  const end = until?.getTime() ?? Date.now();
  const given = read('since');
  const since = given ?? new Date(startBefore(end, until ? 1 : MINUTE, window.default));
  const length = end - since.getTime();
  if (until && length <= 0) throw refusal('since', 'must be before until');
  // The default start is at a full minute, which may make the window a little longer than the limit.
  if (given && length > window.most)
    throw refusal('since', `is more than ${inDays(window.most)} before ${until ? 'until' : 'now'}`);
  return { [window.field]: { gte: since, ...(until ? { lt: until } : {}) } };
}

/** Whether equal requests cover the same time whenever they come: a window that ends now moves on. */
export const isLasting = ({ window }: Resource, { until }: WindowQuery): boolean => !window || until !== undefined;

const startBefore = (end: number, step: number, length: number): number =>
  Math.max(Math.floor((end - length) / step) * step, 0);

const inDays = (milliseconds: number): string => `${milliseconds / DAY} days`;

function timeIn(
  registry: Registry,
  resource: Resource,
  { parameter, text }: { parameter: string; text: string | undefined },
): Date | undefined {
  if (text === undefined) return undefined;
  const reader = readerOf(registry.scalar(resource, resource.window!.field), registry.dataModel)!;
  const time = reader.read(text);
  if (time === undefined) throw refusal(parameter, `"${shortened(text)}" must be ${reader.wants}`);
  return time as Date;
}
