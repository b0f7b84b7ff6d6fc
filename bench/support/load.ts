/**
 * A child that loads an HTTP server with autocannon, in a closed loop: each connection sends its next request when it
 * has the reply to the last.
 */
import autocannon, { type Client, type Instance, type Request } from 'autocannon';
import { answerQuestions } from './child.ts';
import { startingLine } from './starting-line.ts';

interface Target {
  readonly url: string;
  readonly connections: number;
  readonly seconds: number;
  readonly headers: Readonly<Record<string, string>>;
}

export interface Load extends Target {
  /** Asked for in turn. */
  readonly paths: readonly string[];
  /** The statuses of successful replies; 200 alone without it. */
  readonly statuses?: readonly number[];
}

export interface Loaded {
  readonly operations: number;
  readonly seconds: number;
  /** In milliseconds: what 95 of 100 replies took at most. */
  readonly p95: number;
}

/** A request: a read, or with a body a write. `$TIME` in the body becomes another time in each. */
export interface Sent {
  readonly path: string;
  readonly method?: 'PATCH' | 'POST';
  readonly body?: string;
}

export interface Mix extends Target {
  /** In turn, going on where the last mix to this server ended. */
  readonly requests: readonly Sent[];
  /** How many requests each connection sends; without it, as many as it can within the seconds. */
  readonly each?: number;
  /** Requests a second of all connections together; without it, as many as are answered. */
  readonly overallRate?: number;
  /** Whether all connect, within this number of seconds, before the first of them sends anything: only then time begins. */
  readonly connectSeconds?: number;
}

export interface Mixed extends Loaded {
  readonly meanMs: number;
  /** Replies that were not 2xx, and requests without a reply. */
  readonly failures: number;
  /** Their number by status, and by `errors` and `timeouts`. */
  readonly reasons: Readonly<Record<string, number>>;
  readonly reads: number;
  /** Reads that a cache answered, as `Cache-Status` says. */
  readonly hits: number;
  /** Of these, from the memory of the process. */
  readonly memoryHits: number;
  /** As `Server-Timing` says; of writes, too. */
  readonly statements: number;
  /** Connections that had no reply at all. */
  readonly unanswered: number;
}

answerQuestions({
  async load({ paths, statuses = [200], ...target }: Load): Promise<Loaded> {
    let asked = 0;
    const setupRequest = (request: Request) => ({ ...request, path: paths[asked++ % paths.length]! });
    const times: number[] = [];
    const refusals = new Map<number, number>();
    const run = start(target, { setupRequest });
    run.on('response', (_client, status, _bytes, ms) => {
      times.push(ms);
      if (!statuses.includes(status)) refusals.set(status, (refusals.get(status) ?? 0) + 1);
    });
    const { errors, timeouts, duration } = await run;
    if (errors + timeouts + refusals.size > 0) {
      const refused = [...refusals].map(([status, times]) => `${times} times ${status}`);
      throw new Error(`${target.url} failed: ${[`${errors} errors`, `${timeouts} timeouts`, ...refused].join(', ')}.`);
    }
    return { operations: times.length, seconds: duration, p95: p95Of(times) };
  },

  async mix({ requests, each, overallRate, connectSeconds = 0, ...target }: Mix): Promise<Mixed> {
    const sender = senderOf(target.url);
    const counts = { hits: 0, memoryHits: 0, statements: 0, writes: 0 };
    const reasons: Record<string, number> = {};
    const times: number[] = [];
    const answered = new Set<unknown>();
    let startedAt = performance.now();
    let lastAt = startedAt;
    const holdBack = startingLine(target.connections, () => {
      startedAt = performance.now();
    });
    const seconds = target.seconds + connectSeconds;
    const run = start(
      { ...target, seconds },
      {
        setupRequest(request) {
          const next = sender(requests);
          if (next.method) counts.writes += 1;
          // Its own headers each time: the length of a write's body would stay on what comes after it.
          return { ...request, headers: { ...target.headers }, ...next };
        },
        setupClient(client) {
          client.on('headers', ({ headers }) => countHeaders(headers, counts));
          if (connectSeconds > 0) holdBack(client);
        },
        ...(each && { amount: each * target.connections }),
        ...(overallRate && { overallRate }),
      },
    );
    run.on('response', (client, status, _bytes, ms) => {
      lastAt = performance.now();
      answered.add(client);
      times.push(ms);
      if (status < 200 || status > 299) reasons[status] = (reasons[status] ?? 0) + 1;
    });
    const { errors, timeouts } = await run;
    const operations = times.length;
    if (!each) lastAt = performance.now();
    // Without a single reply, all that is known is that it takes longer than the run.
    if (times.length === 0) times.push(lastAt - startedAt);
    const { writes, ...counted } = counts;
    if (errors > 0) reasons['errors'] = errors;
    if (timeouts > 0) reasons['timeouts'] = timeouts;
    return {
      operations,
      seconds: (lastAt - startedAt) / 1000,
      meanMs: times.reduce((sum, ms) => sum + ms, 0) / times.length,
      p95: p95Of(times),
      failures: Object.values(reasons).reduce((sum, count) => sum + count, 0),
      reasons,
      reads: operations - writes,
      ...counted,
      unanswered: target.connections - answered.size,
    };
  },
});

interface Setup {
  readonly setupRequest: (request: Request) => Request;
  readonly setupClient?: (client: Client) => void;
  readonly amount?: number;
  readonly overallRate?: number;
}

/** Longer than any request of a service that is merely slow. */
const TIMEOUT_SECONDS = 120;
/** How often autocannon looks whether it is to end. */
const SAMPLE_MS = 100;

function start({ url, connections, seconds, headers }: Target, { setupRequest, ...setup }: Setup): Instance {
  const requests = [{ setupRequest }];
  const times = { duration: seconds, timeout: TIMEOUT_SECONDS, sampleInt: SAMPLE_MS };
  return autocannon({ url, connections, headers, requests, ...times, ...setup });
}

function p95Of(times: readonly number[]): number {
  const sorted = times.toSorted((one, other) => one - other);
  return sorted[Math.floor(sorted.length * 0.95)] ?? Number.POSITIVE_INFINITY;
}

const sent = new Map<string, number>();

/** Gives the next request to a server. */
function senderOf(url: string): (requests: readonly Sent[]) => Sent {
  return (requests) => {
    const count = sent.get(url) ?? 0;
    sent.set(url, count + 1);
    const { path, method, body } = requests[count % requests.length]!;
    if (!method || !body) return { path };
    return { path, method, body: body.replace('$TIME', timeAt(count)) };
  };
}

const LAST_HOUR = Date.parse('2026-05-31T23:00:00Z');

/** A time within the data's last hour. */
const timeAt = (count: number): string => new Date(LAST_HOUR + (count % 3_600_000)).toISOString();

interface Counts {
  hits: number;
  memoryHits: number;
  statements: number;
}

/** @param headers names and values in turn. */
function countHeaders(headers: readonly string[], counts: Counts): void {
  for (let index = 0; index < headers.length; index += 2) {
    const [name, value] = [headers[index]!.toLowerCase(), headers[index + 1]!];
    if (name === 'cache-status' && value.includes('; hit')) {
      counts.hits += 1;
      if (value.includes('detail=l1')) counts.memoryHits += 1;
    } else if (name === 'server-timing') counts.statements += Number(/desc="(\d+) statement/.exec(value)?.[1] ?? 0);
  }
}
