/**
 * The page: which rows of a list. By cursor (`limit`, `after`), which every resource has; or by number (`page`,
 * `per_page`, `count`), if the resource allows it.
 */
import type { Bounds } from './bounds.ts';
import { refusal, shortened } from './refusal.ts';
import type { Count, Resource } from './resource.ts';

export interface PageRequest {
  readonly limit: number;
  readonly after?: string;
  readonly skip?: number;
  /** The number of the page, if pages are numbered. */
  readonly number?: number;
  readonly count?: Count;
}

type PageQuery = Readonly<Record<string, string | undefined>>;

/** @throws a 400 for numbers out of bounds, and for cursors and numbers at once. */
export function parsePage(resource: Resource, query: PageQuery, bounds: Bounds): PageRequest {
  const most = Math.min(resource.limit.most, bounds.rowsPerList);
  const count = countOf(resource, query['count']);
  const counted = count ? { count } : {};
  if (query['page'] === undefined && query['per_page'] === undefined) {
    const limit = integer('limit', query['limit'], { fallback: resource.limit.default, most });
    return { limit, ...counted, ...(query['after'] === undefined ? {} : { after: query['after'] }) };
  }
  for (const parameter of ['limit', 'after']) {
    if (query[parameter] !== undefined) throw refusal(parameter, 'cannot be combined with page and per_page');
  }
  const limit = integer('per_page', query['per_page'], { fallback: resource.limit.default, most });
  const number = integer('page', query['page'], { fallback: 1, most: Math.floor(bounds.skippedRows / limit) + 1 });
  return { limit, number, skip: (number - 1) * limit, ...counted };
}

function countOf(resource: Resource, text: string | undefined): Count | undefined {
  if (text === undefined) return undefined;
  const count = resource.counts.find((candidate) => candidate === text);
  if (!count) throw refusal('count', `"${shortened(text)}" must be ${resource.counts.join(' or ')}`);
  return count;
}

function integer(
  parameter: string,
  text: string | undefined,
  { fallback, most }: { fallback: number; most: number },
): number {
  if (text === undefined) return Math.min(fallback, most);
  const value = /^\d{1,6}$/.test(text) ? Number(text) : 0;
  if (value < 1 || value > most) throw refusal(parameter, `"${shortened(text)}" must be an integer from 1 to ${most}`);
  return value;
}
