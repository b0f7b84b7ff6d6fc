/**
 * A shared cache before the instances, as a CDN is: it keeps what `Cache-Control` lets it keep (RFC 9111), validates by
 * `ETag`, and is purged by `Surrogate-Key`. It says in `Cache-Status` whether an answer is a kept one.
 *
 *   const shared = await openEdgeCache(['http://127.0.0.1:3000']);
 *   shared.purge(['product', 'product:7']);
 */
import { once } from 'node:events';
import {
  Agent,
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  request,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';

export interface EdgeCache {
  readonly address: string;
  /** Forgets every answer with one of the tags. An answer that is on its way is passed on, and not kept. */
  purge(tags: readonly string[]): void;
  close(): Promise<void>;
}

interface Fetched {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  /** The time of the request, by `performance.now()`. */
  readonly askedAt: number;
}

/** Answers by target, and the values of the request's headers that each varies by. */
type Kept = Map<
  string,
  { readonly answer: Fetched; readonly varying: readonly (readonly [name: string, value: unknown])[] }[]
>;

/** @param origins what it asks in turn. */
export async function openEdgeCache(origins: readonly string[]): Promise<EdgeCache> {
  const kept: Kept = new Map();
  const agent = new Agent({ keepAlive: true });
  let turn = 0;
  let purges = 0;

  async function answer(asked: IncomingMessage, reply: ServerResponse): Promise<void> {
    const found = find(asked);
    if (found && lifetimeMs(found) > ageMs(found)) return send(reply, found, 'hit');
    const purgesBefore = purges;
    const validator = found?.headers.etag;
    const origin = origins[turn++ % origins.length]!;
    const fresh = await fetched(
      origin + asked.url,
      validator ? { ...asked.headers, 'if-none-match': validator } : asked.headers,
    );
    const isValid = fresh.status === 304 && found;
    const known = isValid
      ? { ...found, headers: { ...found.headers, ...fresh.headers }, askedAt: fresh.askedAt }
      : fresh;
    const isStored = purges === purgesBefore && isStorable(known);
    if (isStored) store(asked, known);
    const how = isValid ? 'stale' : 'miss';
    send(reply, known, isStored && lifetimeMs(known) > ageMs(known) ? `fwd=${how}; stored` : `fwd=${how}`);
  }

  const find = ({ url, headers }: IncomingMessage): Fetched | undefined =>
    kept.get(url!)?.find(({ varying }) => varying.every(([name, value]) => headers[name] === value))?.answer;

  function store({ url, headers }: IncomingMessage, stored: Fetched): void {
    const varying = listed(stored.headers.vary).map((name) => [name, headers[name]] as const);
    const others = kept.get(url!)?.filter((other) =>
      varying.some(([name, value], index) => {
        const [otherName, otherValue] = other.varying[index] ?? [];
        return otherName !== name || otherValue !== value;
      }),
    );
    kept.set(url!, [...(others ?? []), { answer: stored, varying }]);
  }

  function fetched(url: string, headers: IncomingHttpHeaders): Promise<Fetched> {
    const askedAt = performance.now();
    return new Promise((resolve, reject) => {
      const sent = request(url, { agent, headers }, async (from) => {
        try {
          const body = Buffer.concat(await from.toArray());
          resolve({ status: from.statusCode!, headers: from.headers, body, askedAt });
        } catch (error) {
          reject(error);
        }
      });
      sent.once('error', reject);
      sent.end();
    });
  }

  const server = createServer((asked, reply) => {
    answer(asked, reply).catch((error: Error) => reply.writeHead(502).end(error.message));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    purge(tags) {
      purges += 1;
      const isPurged = ({ headers }: Fetched) =>
        String(headers['surrogate-key'])
          .split(' ')
          .some((tag) => tags.includes(tag));
      for (const [target, answers] of kept)
        kept.set(
          target,
          answers.filter((each) => !isPurged(each.answer)),
        );
    },
    async close() {
      server.close();
      server.closeAllConnections();
      agent.destroy();
    },
  };
}

function send(reply: ServerResponse, answer: Fetched, how: string): void {
  const { status, headers, body } = answer;
  const { 'transfer-encoding': _, connection: __, ...others } = headers;
  const own = {
    'content-length': body.length,
    age: String(Math.floor(ageMs(answer) / 1000)),
    'cache-status': `shared; ${how}`,
  };
  reply.writeHead(status, { ...others, ...own }).end(body);
}

const listed = (header: string | undefined): string[] =>
  (header ?? '')
    .toLowerCase()
    .split(',')
    .flatMap((each) => each.trim() || []);

/** Only what can be validated or has a lifetime is of use. */
function isStorable({ status, headers }: Fetched): boolean {
  const directives = listed(headers['cache-control']);
  const isRefused = directives.includes('no-store') || directives.includes('private') || headers.vary === '*';
  return status === 200 && directives.includes('public') && !isRefused;
}

/** How long it may be sent without asking. */
function lifetimeMs({ headers }: Fetched): number {
  const directives = listed(headers['cache-control']);
  if (directives.includes('no-cache')) return 0;
  const seconds = (name: string) => directives.find((each) => each.startsWith(`${name}=`))?.slice(name.length + 1);
  return 1000 * Number(seconds('s-maxage') ?? seconds('max-age') ?? 0);
}

const ageMs = ({ headers, askedAt }: Fetched): number => 1000 * Number(headers.age ?? 0) + performance.now() - askedAt;
