/**
 * Cached reads: how a read route with a cache policy answers.
 *
 * An entry in memory is sent from the first hook that knows the viewer: no schema, no selection, no promise. Every other
 * request goes through the handler: selection, guard, and then the cache. So does every request of a route with a guard,
 * which is called first, and of a route whose answers shared caches keep (`sharedMaxAge`), since the log is read first.
 * Replies of one turn of the event loop leave together (`burst.ts`).
 */
import type { FastifyReply, FastifyRequest, onRequestHookHandler } from 'fastify';
import type { Entry, Reading } from '../../cache/entry.ts';
import { createQuestions, keyOf, type Question } from '../../cache/key.ts';
import { type CachePolicy, checkPolicy } from '../../cache/policy.ts';
import type { Answer } from '../../cache/query.ts';
import { endLook } from '../../cache/spans.ts';
import type { ReadRow } from '../../compile/compile.ts';
import { rootKeys, tagsOf } from '../../freshness/tags.ts';
import { mustBeWatched, type Watched } from '../../freshness/watched.ts';
import { tableOf } from '../../http/cache-headers.ts';
import type { Resource } from '../../resource/resource.ts';
import type { Selection } from '../../resource/selection.ts';
import { PUBLIC, type Viewer } from '../../resource/viewer.ts';
import type { Hotpath } from '../instance.ts';
import { type Served, sendAnswer } from './cached-reply.ts';

/** The reply that a read gave. */
export type Shown = Pick<Reading, 'status' | 'body' | 'etag' | 'link'>;

/** The reply that a read gave, and the row of its statement. */
export type Ran = Shown & { readonly row: ReadRow };

/** The parts of a read that its route decides. */
export interface CachedRead<S extends Selection> {
  readonly resource: Resource;
  readonly policy: CachePolicy;
  readonly isGuarded: boolean;
  /** Fields that the route fixes. */
  readonly fixed: readonly string[];
  /** @throws 400 for a request that may not be made, 401 and 403 for a viewer that may not make it. */
  select(request: FastifyRequest, viewer: Viewer): S;
  /** Called on every request. @throws for a viewer that may not read. */
  guard(request: FastifyRequest): Promise<void>;
  /** @param keys fields whose values in each root row are to come with it. */
  run(request: FastifyRequest, selection: S, keys: readonly string[]): Promise<Ran>;
}

/** A `Consistency-Token` that asks for the database's own answer, to compare cached ones with. It leaves no trace. */
const PAST = 'none';
/** How long a read waits until its instance knows of what its `Consistency-Token` names. */
const REACH_MS = 200;

/** The hook and the handler of a route. @throws {DeclarationError} if it fixes a field whose changes are not logged. */
export function cachedRead<S extends Selection>(hotpath: Hotpath, read: CachedRead<S>) {
  const { burst, cache, follower, sampler, watched } = hotpath;
  const { policy, resource } = read;
  checkPolicy(policy);
  const model = hotpath.resources.dataModel.models[resource.model]!;
  mustBeWatched(
    watched,
    resource,
    read.fixed.map((name) => ({ model, field: model.fields[name]! })),
  );
  const questions = createQuestions();
  const isTold = policy.scope === 'public';
  /** Something must be awaited before an answer may be sent: the guard, or what has changed. */
  const isAskedFirst = read.isGuarded || policy.sharedMaxAge !== undefined;
  const viewerOf = (request: FastifyRequest): Viewer => (policy.scope === 'public' ? PUBLIC : request.viewer);

  const onRequest: onRequestHookHandler = (request, reply, done) => {
    // Who brings a token that does not hold is no viewer.
    if (isAskedFirst || request.viewer === undefined || request.headers['consistency-token'] !== undefined)
      return done();
    const viewer = viewerOf(request);
    const question = questions.known(request.url, viewer);
    const look = request.ledger.span?.child('cache.get');
    const entry = question && hotpath.isOnCache(request) ? cache.peek(keyOf(question, viewer)) : undefined;
    if (!entry) return done();
    if (look) endLook(look, { entry, ...MEMORY_HIT });
    cache.countViewer(true);
    if (sampler.isDue()) compare(entry, request);
    burst.add(() => respond(reply, entry, done));
  };

  function respond(reply: FastifyReply, entry: Entry, fail: (error: Error) => void): void {
    // Its client may have left since it was looked up.
    if (reply.request.raw.socket.destroyed) return;
    try {
      sendAnswer(reply, { entry, ...MEMORY_HIT }, policy)?.catch(fail);
    } catch (error) {
      fail(error as Error);
    }
  }

  async function answerTo(request: FastifyRequest): Promise<Answer> {
    const viewer = viewerOf(request);
    const selection = read.select(request, viewer);
    await read.guard(request);
    const question = questionOf(request, viewer, selection);
    const asked = { ...question, key: keyOf(question, viewer), policy };
    const isOn = hotpath.isOnCache(request);
    cache.countViewer(isOn);
    const isComparison = request.headers['consistency-token'] === PAST;
    if (!isOn || isComparison) return cache.bypass({ ...asked, load: () => load(request, selection, isTold) });
    const query = { ...asked, load: () => load(request, selection) };
    if (!(await hasReached(request))) return cache.readPast(query);
    const answer = await cache.read(query);
    if (answer.outcome === 'hit' && sampler.isDue()) compare(answer.entry, request);
    return answer;
  }

  /** What is as of now, or estimated, may differ where nothing has changed. */
  function compare(entry: Entry, request: FastifyRequest): void {
    const { count } = request.query as { count?: string };
    if (read.resource.window || count === 'estimated') return;
    sampler.compare(entry, async () => load(request, read.select(request, viewerOf(request))));
  }

  function questionOf({ url }: FastifyRequest, viewer: Viewer, selection: S): Question {
    const known = questions.known(url, viewer);
    return known ?? questions.add(url, viewer, { scope: selection.scope, tables: tablesOf(watched, selection) });
  }

  /** @param isTagged whether its tags are needed: where it is kept, and where caches on the way are told of them. */
  async function load(request: FastifyRequest, selection: S, isTagged = true): Promise<Reading> {
    const { row, ...shown } = await read.run(request, selection, rootKeys(watched, selection));
    const tags = isTagged ? tagsOf(watched, selection, row.keys ? JSON.parse(row.keys) : []) : [];
    return { ...shown, snapshot: row.snapshot, incarnation: row.incarnation, tags };
  }

  async function hasReached({ headers }: FastifyRequest): Promise<boolean> {
    const token = headers['consistency-token'];
    return token === undefined || follower.reach(String(token), REACH_MS);
  }

  const handler = async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const answer = await hotpath.inTime(answerTo(request));
    await new Promise<void>((write) => burst.add(write));
    await sendAnswer(reply, answer, policy);
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
