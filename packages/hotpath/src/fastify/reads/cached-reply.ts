/**
 * Cached replies: how an entry goes to the client. The headers that every client gets are made once for each entry and
 * encoding. A reply adds its origin, the age of an entry that was kept, and which caches may keep it.
 */
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Entry } from '../../cache/entry.ts';
import { type CachePolicy, cacheControl } from '../../cache/policy.ts';
import type { CacheAnswer } from '../../cache/query.ts';
import type { Outcome, Tier } from '../../cache/stats.ts';
import { bytesOf, sentBody, variantFor } from '../../cache/variants.ts';
import { cacheStatus, surrogateKey } from '../../http/cache-headers.ts';
import { type Encoding, encodingFor } from '../../http/encoding.ts';
import { requestError } from '../../http/errors.ts';
import { etagIn, heldTag } from '../../http/etag.ts';
import { mustMatch } from '../../http/preconditions.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** The origin of the answer of a cached route. */
    served: AnswerOrigin | undefined;
  }
}

export interface AnswerOrigin {
  readonly tier: Tier;
  readonly outcome: Outcome;
}

/** The origin of an answer that was recalled. */
export const MEMORY_HIT: AnswerOrigin = Object.freeze({ tier: 'l1', outcome: 'hit' });

/** Sends an answer: at once if its bytes exist, else after compressing them. @throws `notFound` */
export function sendAnswer(reply: FastifyReply, answer: CacheAnswer, policy: CachePolicy): Promise<void> | undefined {
  const { entry } = answer;
  const { headers } = reply.request;
  const ageMs = Math.max(0, Date.now() - entry.readAt);
  const isRescued = answer.outcome === 'rescued';
  setSourceHeaders(reply, answer, ageMs);
  if (entry.status === 404) throw requestError('notFound', entry.bodies.identity.toString());
  mustMatch(headers, entry.etag);
  // An answer to a request with a token is for that request alone.
  const isConfirmed = answer.isConfirmed === true && headers[TOKEN] === undefined;
  reply.header('cache-control', cacheControl(policy, { isConfirmed, isRescued, ageMs }));
  // A 304 would claim that the client's copy was confirmed.
  const held = isRescued ? undefined : heldTag(headers['if-none-match'], entry.etag);
  if (held !== undefined)
    return void setHeaders(reply.code(304), headersOf(entry, policy, 'always'))
      .header('etag', held)
      .send();
  const encoding = 'x-no-compression' in headers ? 'identity' : variantFor(entry, encodingFor(acceptOf(headers)));
  setHeaders(reply, headersOf(entry, policy, encoding));
  if (encoding === 'identity') return void reply.send(answer.body ?? sentBody(entry));
  const bytes = entry.bodies[encoding];
  if (bytes) return void reply.send(bytes);
  return bytesOf(entry, encoding).then((made) => void reply.send(made));
}

const TOKEN = 'consistency-token';

const acceptOf = (headers: FastifyRequest['headers']): string | undefined => headers['accept-encoding'] as string;

function setSourceHeaders(reply: FastifyReply, { entry, tier, outcome, overdueMs }: CacheAnswer, ageMs: number): void {
  reply.request.served = { tier, outcome };
  reply.header('cache-status', cacheStatus({ tier, outcome, ageMs, ttlMs: entry.ttlMs, overdueMs }));
  reply.header('server-timing', `cache;desc="${tier} ${outcome}"`);
  // RFC 9111 (5.1): an answer with an age was not made for this request.
  if (tier !== 'database') reply.header('age', Math.floor(ageMs / 1000));
}

type Headers = Readonly<Record<string, string>>;

/** The reply may have a part of its `Vary` header already. */
function setHeaders(reply: FastifyReply, headers: Headers): FastifyReply {
  const others = reply.getHeader('vary');
  reply.headers(headers);
  return others === undefined ? reply : reply.header('vary', `${others}, ${headers['vary']}`);
}

/** An entry belongs to one route, so it has one policy. */
function headersOf(entry: Entry, policy: CachePolicy, encoding: Encoding | 'always'): Headers {
  entry.headers ??= {};
  entry.headers[encoding] ??= describe(entry, policy, encoding);
  return entry.headers[encoding];
}

/** A shared cache that answers by itself must not answer a request that waits for a write. */
function varyOf({ scope, sharedMaxAge }: CachePolicy): string {
  if (scope !== 'public') return 'authorization, accept-encoding';
  return sharedMaxAge === undefined ? 'accept-encoding' : `accept-encoding, ${TOKEN}`;
}

function describe({ etag, link, tags }: Entry, policy: CachePolicy, encoding: Encoding | 'always'): Headers {
  const isPublic = policy.scope === 'public';
  const headers: Record<string, string> = { vary: varyOf(policy) };
  if (isPublic) headers['surrogate-key'] = surrogateKey(tags);
  if (link !== '') headers['link'] = link;
  if (encoding === 'always') return headers;
  headers['etag'] = etagIn(etag, encoding);
  headers['content-type'] = 'application/json; charset=utf-8';
  if (encoding !== 'identity') headers['content-encoding'] = encoding;
  return headers;
}
