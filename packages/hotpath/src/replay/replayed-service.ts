/** A service that a replay asks, and its answers. */
import { hash } from 'node:crypto';
import { ReplayError } from './recorded-traffic.ts';

export interface ReplayAnswer {
  /** Undefined if the service did not answer. */
  readonly status: number | undefined;
  /** Why it did not answer: `ECONNRESET`, `TimeoutError`. */
  readonly failure: string | undefined;
  /** By names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** Its text; of other types its size and digest. */
  readonly body: string;
  /** To the end of the body. */
  readonly ms: number;
  /** From the header `Server-Timing`; undefined if the service does not send it. */
  readonly statements: number | undefined;
  /** Whether a cache of the service, or one before it, gave the answer. */
  readonly isCached: boolean;
}

/** A request as a service gets it. */
export interface SentRequest {
  /** Path and query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
}

const TEXT = /^(?:text\/|application\/(?:[\w.-]+\+)?(?:json|xml|yaml|javascript|x-ndjson))/i;
/** The tier that answered, in the header `Server-Timing` of a service with hotpath. */
const FROM_CACHE = /\bcache;desc="l[12] /;
const STATEMENTS = /\bdesc="(\d+) statements?"/;

export class ReplayedService {
  readonly origin: string;
  readonly #prefix: string;
  readonly #timeoutMs: number;

  /** @param address of the service, with the prefix of its paths if a proxy adds one. @throws {ReplayError} if it is invalid. */
  constructor(address: string, timeoutMs: number) {
    const url = URL.canParse(address) ? new URL(address) : undefined;
    if (!url || !/^https?:$/.test(url.protocol)) throw new ReplayError(`${address} is not the URL of a service.`);
    this.origin = url.origin;
    this.#prefix = url.pathname.replace(/\/$/, '');
    this.#timeoutMs = timeoutMs;
  }

  /** @throws {ReplayError} if no server answers at all. */
  async mustAnswer(): Promise<void> {
    const { failure } = await this.ask({ path: '/', headers: {} });
    if (failure) throw new ReplayError(`Nothing answers at ${this.origin} (${failure}).`);
  }

  /** Sends a GET request. The answer of a service that fails says why. */
  async ask({ path, headers }: SentRequest): Promise<ReplayAnswer> {
    const startedAt = performance.now();
    try {
      const signal = AbortSignal.timeout(this.#timeoutMs);
      const reply = await fetch(this.origin + this.#prefix + path, { headers, redirect: 'manual', signal });
      const received = Object.fromEntries(
        [...reply.headers].map(([name, value]) => [name, this.#withoutOrigin(value)]),
      );
      const body = bodyOf(Buffer.from(await reply.arrayBuffer()), received['content-type']);
      const ms = performance.now() - startedAt;
      const statements = STATEMENTS.exec(received['server-timing'] ?? '')?.[1];
      return {
        ...{ status: reply.status, failure: undefined, headers: received, ms },
        body: this.#withoutOrigin(body),
        statements: statements === undefined ? undefined : Number(statements),
        isCached: FROM_CACHE.test(received['server-timing'] ?? '') || Number(received['age'] ?? 0) > 0,
      };
    } catch (error) {
      const ms = performance.now() - startedAt;
      const nothing = { status: undefined, headers: {}, body: '', statements: undefined, isCached: false };
      return { ...nothing, failure: reasonOf(error), ms };
    }
  }

  /** A value without the address of the service: links of two services differ by it alone. */
  #withoutOrigin(text: string): string {
    return text.includes(this.origin) ? text.replaceAll(this.origin, '') : text;
  }
}

function bodyOf(bytes: Buffer, contentType = ''): string {
  if (bytes.length === 0) return '';
  return TEXT.test(contentType) ? bytes.toString() : `${bytes.length} bytes, SHA-256 ${hash('sha256', bytes)}`;
}

function reasonOf(error: unknown): string {
  const { name, cause } = error as Error & { cause?: { code?: string } };
  return cause?.code ?? name;
}
