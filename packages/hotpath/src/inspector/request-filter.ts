/** The filter of the requests in the ring. */
import type { RequestRecord } from './request-record.ts';

export interface RequestFilter {
  /** A part of the route, with its method: `GET /users`. */
  readonly route?: string | undefined;
  /** A status (`404`), or a class of them (`4xx`). */
  readonly status?: string | undefined;
  /** At least so many milliseconds. */
  readonly slow?: number | undefined;
  /** How the cache answered: `hit`, `miss`; `none` for what no cache answers. */
  readonly outcome?: string | undefined;
  /** Only those over their budget, or that repeat a statement. */
  readonly over?: boolean | undefined;
  /** A part of the URL, of the ids, or of a statement. */
  readonly text?: string | undefined;
}

export function matchesFilter(record: RequestRecord, filter: RequestFilter): boolean {
  const { route, status, slow, outcome, over, text } = filter;
  if (route && !`${record.method} ${record.route}`.includes(route)) return false;
  if (status && !hasStatus(record.status, status)) return false;
  if (slow !== undefined && record.ms < slow) return false;
  if (outcome && (record.outcome ?? 'none') !== outcome) return false;
  if (over && !record.isOver) return false;
  return !text || holdsText(record, text.toLowerCase());
}

function hasStatus(status: number, wanted: string): boolean {
  return /^[1-5]xx$/.test(wanted) ? Math.floor(status / 100) === Number(wanted[0]) : String(status) === wanted;
}

function holdsText({ method, url, requestId, traceId, trail }: RequestRecord, text: string): boolean {
  const own = `${method} ${url} ${requestId} ${traceId ?? ''}`.toLowerCase();
  return own.includes(text) || (trail?.statements.some((sent) => sent.text.toLowerCase().includes(text)) ?? false);
}
