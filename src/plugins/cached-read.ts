/**
 * Cached reads: how a read route with a cache policy answers.
 *
 * What is in memory is sent from the first hook that knows the viewer: no schema, no selection, no promise. Everything
 * else goes the usual way, through the handler: selection, guard, and then the cache. A route with a guard is always
 * answered there, since the guard is asked first.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest, onRequestHookHandler } from 'fastify';
import type { Entry, Reading } from '../engine/cache/entry.ts';
import { createQuestions, keyOf, type Question } from '../engine/cache/key.ts';
import { type CachePolicy, cacheControl } from '../engine/cache/policy.ts';
import type { Answer } from '../engine/cache/query.ts';
import type { Outcome, Tier } from '../engine/cache/stats.ts';
import { bytesOf, variantFor } from '../engine/cache/variants.ts';
import type { ReadRow } from '../engine/compile/compile.ts';
import { rootKeys, tagsOf } from '../engine/freshness/tags.ts';
import type { Watched } from '../engine/freshness/watched.ts';
import { cacheStatus, surrogateKey, tableOf } from '../engine/http/cache-headers.ts';
import { type Encoding, encodingFor } from '../engine/http/encoding.ts';
import { requestError } from '../engine/http/errors.ts';
import { etagIn, heldTag } from '../engine/http/etag.ts';
import type { Selection } from '../engine/resource/selection.ts';
import { PUBLIC, type Viewer } from '../engine/resource/viewer.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** How a cached route was answered. */
    served: Served | undefined;
  }
}

export interface Served {
  readonly tier: Tier;
  readonly outcome: Outcome;
}

/** What was read, as it is shown. */
export type Shown = Pick<Reading, 'status' | 'body' | 'etag' | 'link'>;

/** What was read, and the row that the statement gave. */
export type Ran = Shown & { readonly row: ReadRow };

/** What the cache does not know of a read. */
export interface CachedRead<S extends Selection> {
  readonly policy: CachePolicy;
  readonly isGuarded: boolean;
  /** @throws 400 for what may not be asked, 401 and 403 for who may not ask. */
  select(request: FastifyRequest, viewer: Viewer): S;
  /** Asked on every request. @throws for who may not. */
  guard(request: FastifyRequest): Promise<void>;
  /** @param keys fields whose values in each root row are to come with it. */
  run(request: FastifyRequest, selection: S, keys: readonly string[]): Promise<Ran>;
}

/** How long a read waits until its instance knows of what its `Consistency-Token` names. */
const REACH_MS = 200;

/** The hook and the handler of a route. */
export function cachedRead<S extends Selection>(app: FastifyInstance, read: CachedRead<S>) {
  const { cache, follower, watched } = app;
  const { policy } = read;
  const questions = createQuestions();
  const viewerOf = (request: FastifyRequest): Viewer => (policy.scope === 'public' ? PUBLIC : request.viewer);

  const onRequest: onRequestHookHandler = (request, reply, done) => {
    if (read.isGuarded || request.refusal || request.headers['consistency-token'] !== undefined) return done();
    const viewer = viewerOf(request);
    const question = questions.known(request.url, viewer);
    const entry = question && app.isOnCache(request) ? cache.peek(keyOf(question, viewer)) : undefined;
    if (!entry) return done();
    cache.countViewer(true);
    send(reply, { entry, ...MEMORY_HIT }, policy)?.catch(done);
  };

  async function answerTo(request: FastifyRequest): Promise<Answer> {
    const viewer = viewerOf(request);
    const selection = read.select(request, viewer);
    await read.guard(request);
    const question = questionOf(request, viewer, selection);
    const query = { ...question, key: keyOf(question, viewer), policy, load: () => load(request, selection) };
    const isOn = app.isOnCache(request);
    cache.countViewer(isOn);
    return isOn && (await hasReached(request)) ? cache.read(query) : cache.bypass(query);
  }

  function questionOf({ url }: FastifyRequest, viewer: Viewer, selection: S): Question {
    const known = questions.known(url, viewer);
    return known ?? questions.add(url, viewer, { scope: selection.scope, tables: tablesOf(watched, selection) });
  }

  async function load(request: FastifyRequest, selection: S): Promise<Reading> {
    const { row, ...shown } = await read.run(request, selection, rootKeys(watched, selection));
    const tags = tagsOf(watched, selection, row.keys ? JSON.parse(row.keys) : []);
    return { ...shown, snapshot: row.snapshot, tags };
  }

  async function hasReached({ headers }: FastifyRequest): Promise<boolean> {
    const token = headers['consistency-token'];
    return token === undefined || follower.reach(String(token), REACH_MS);
  }

  const handler = async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    await send(reply, await answerTo(request), policy);
    return reply;
  };

  return { onRequest, handler };
}

/** Every table that a selection looks at, whatever the rows that it finds: those of its tags for a row that there is not. */
function tablesOf(watched: Watched, selection: Selection): string[] {
  const anyRow = rootKeys(watched, selection).map(() => 0);
  return [...new Set(tagsOf(watched, selection, [anyRow]).map(tableOf))];
}

const MEMORY_HIT: Served = Object.freeze({ tier: 'l1', outcome: 'hit' });

/** Sends an answer: at once if its bytes are there, else when they are compressed. @throws `notFound` */
function send(reply: FastifyReply, answer: Answer, policy: CachePolicy): Promise<void> | undefined {
  const { entry } = answer;
  const { headers } = reply.request;
  tellSource(reply, answer);
  if (entry.status === 404) throw requestError('notFound', entry.bodies.identity.toString());
  describe(reply, entry, policy);
  const held = heldTag(headers['if-none-match'], entry.etag);
  if (held !== undefined) return void reply.code(304).header('etag', held).send();
  const encoding = 'x-no-compression' in headers ? 'identity' : variantFor(entry, encodingFor(acceptOf(headers)));
  const bytes = entry.bodies[encoding];
  if (bytes) return sendBytes(reply, entry, encoding, bytes);
  return bytesOf(entry, encoding).then((made) => sendBytes(reply, entry, encoding, made));
}

const acceptOf = (headers: FastifyRequest['headers']): string | undefined => headers['accept-encoding'] as string;

function tellSource(reply: FastifyReply, { entry, tier, outcome }: Answer): void {
  const ageMs = Date.now() - entry.readAt;
  reply.request.served = { tier, outcome };
  reply.header('cache-status', cacheStatus({ tier, outcome, ageMs, ttlMs: entry.ttlMs }));
  reply.header('server-timing', `cache;desc="${tier} ${outcome}"`);
  reply.header('age', Math.max(0, Math.floor(ageMs / 1000)));
}

function describe(reply: FastifyReply, { link, tags }: Entry, policy: CachePolicy): void {
  reply.header('cache-control', cacheControl(policy));
  if (policy.scope === 'public') reply.header('surrogate-key', surrogateKey(tags));
  else reply.header('vary', withName(reply.getHeader('vary'), 'authorization'));
  if (link !== '') reply.header('link', link);
}

const withName = (names: unknown, name: string): string => (names ? `${names}, ${name}` : name);

function sendBytes(reply: FastifyReply, entry: Entry, encoding: Encoding, bytes: Buffer): undefined {
  reply.header('etag', etagIn(entry.etag, encoding)).header('content-type', 'application/json; charset=utf-8');
  if (encoding !== 'identity') reply.header('content-encoding', encoding);
  reply.send(bytes);
}
