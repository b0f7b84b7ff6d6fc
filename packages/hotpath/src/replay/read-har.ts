/** Reads the GET requests of a HAR file, which browsers and proxies write. */
import { foreignRequest } from './foreign-request.ts';
import { inOrder, type RecordedTraffic, ReplayError, type TrafficRequest } from './recorded-traffic.ts';

interface HarEntry {
  readonly startedDateTime?: string;
  readonly time?: number;
  readonly request?: {
    readonly method?: string;
    readonly url?: string;
    readonly headers?: readonly { readonly name: string; readonly value: string }[];
  };
  readonly response?: { readonly status?: number };
}

/** Whether a JSON document is a HAR file. */
export const isHar = (document: unknown): document is { log: { entries: readonly HarEntry[] } } =>
  Array.isArray((document as { log?: { entries?: unknown } } | null)?.log?.entries);

/**
 * @param origin of the requests to read; without it the origin that most of them have.
 * @throws {ReplayError} if no request is left.
 */
export function readHar(
  { log }: { log: { entries: readonly HarEntry[] } },
  origin: string | undefined,
): RecordedTraffic {
  const asked = log.entries.filter(({ request }) => request?.method === 'GET' && URL.canParse(request.url ?? ''));
  const chosen = origin ?? mostFrequent(asked.map(originOf));
  const own = asked.filter((entry) => originOf(entry) === chosen);
  if (own.length === 0) throw new ReplayError(`The HAR file has no GET request${chosen ? ` to ${chosen}` : ''}.`);
  const others = asked.length - own.length;
  const notes =
    others === 0 ? [] : [`Left out because they go to another origin than ${chosen} (--origin): ${others}.`];
  const times = own.map(({ startedDateTime = '' }) => Date.parse(startedDateTime));
  // A request without a time comes first.
  const earliest = Math.min(...times.filter((time) => !Number.isNaN(time)));
  const requests = own.map((entry, index) => requestOf(entry, times[index]! || earliest));
  return { requests: inOrder(requests), notes };
}

function requestOf({ time, request, response }: HarEntry, at: number): TrafficRequest {
  const { pathname, search } = new URL(request!.url!);
  const status = response?.status ?? 0;
  return foreignRequest({
    at: Number.isFinite(at) ? at : 0,
    path: pathname + search,
    headers: (request!.headers ?? []).map(({ name, value }) => [name, value] as const),
    // A browser records 0 for a request that failed, and 304 for one that its cache has revalidated.
    recorded: status === 0 || status === 304 ? undefined : { status, ms: time, statements: undefined },
  });
}

const originOf = ({ request }: HarEntry): string => new URL(request!.url!).origin;

function mostFrequent(texts: readonly string[]): string | undefined {
  const counts = new Map<string, number>();
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1);
  return [...counts].sort(([, one], [, other]) => other - one)[0]?.[0];
}
