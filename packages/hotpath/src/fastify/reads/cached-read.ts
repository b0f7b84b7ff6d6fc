/**
 * The steps of a read whose route has a cache policy.
 *
 *     recall      an entry in memory answers from the first hook that knows the viewer, without parsing or awaiting
 *     ask         as in `read.ts`
 *     authorise   as in `read.ts`
 *     look        the cache answers: from memory, from Redis, with another request's read, or it loads
 *     answer      the entry becomes a reply
 *
 * A route with a guard does not recall, because the guard runs first. Neither does a route whose answers shared caches
 * keep (`sharedMaxAge`), because the follower reads the log first. Replies of one turn of the event loop leave together
 * (`burst.ts`).
 */
import type { FastifyReply, FastifyRequest, onRequestHookHandler } from 'fastify';
import type { Entry } from '../../cache/entry.ts';
import { createQuestions, entryKey, type Question } from '../../cache/key.ts';
import { type CachePolicy, checkPolicy } from '../../cache/policy.ts';
import type { CacheAnswer, Query } from '../../cache/query.ts';
import { endLookUp } from '../../cache/spans.ts';
import type { Selection } from '../../resource/selection.ts';
import { PUBLIC, type Viewer } from '../../resource/viewer.ts';
import type { Hotpath } from '../instance.ts';
import type { Ask } from './ask.ts';
import { type AnswerOrigin, sendAnswer } from './cached-reply.ts';
import type { Read } from './read.ts';
import { TaggedRead, tablesRead } from './tagged-read.ts';

/**
 * A `Consistency-Token` that requests the database's own answer, for a comparison with cached ones. The cache does not
 * keep it.
 */
const PAST = 'none';
/** How long a read waits until its instance has reached the position of its `Consistency-Token`, in milliseconds. */
const REACH_MS = 200;

const MEMORY_HIT: AnswerOrigin = Object.freeze({ tier: 'l1', outcome: 'hit' });

export class CachedRead<S extends Selection> {
  readonly #hotpath: Hotpath;
  readonly #read: Read<S>;
  readonly #policy: CachePolicy;
  readonly #isRecalled: boolean;
  readonly #questions = createQuestions();

  /** @throws {TypeError} for a policy that contradicts itself. */
  constructor(hotpath: Hotpath, read: Read<S>, policy: CachePolicy) {
    checkPolicy(policy);
    this.#hotpath = hotpath;
    this.#read = read;
    this.#policy = policy;
    this.#isRecalled = read.route.guard === undefined && policy.sharedMaxAge === undefined;
  }

  /** The hook that answers from memory, or leaves the request to the handler. */
  readonly recall: onRequestHookHandler = (request, reply, done) => {
    // A request with an invalid token has no viewer.
    if (!this.#isRecalled || request.viewer === undefined || request.headers['consistency-token'] !== undefined) {
      return done();
    }
    const { burst, cache, hitSampler } = this.#hotpath;
    const viewer = this.#viewerOf(request);
    const question = this.#questions.known(request.url, viewer);
    const look = request.ledger.span?.child('cache.get');
    const entry = question && this.#hotpath.isOnCache(request) ? cache.peek(entryKey(question, viewer)) : undefined;
    if (!entry) return done();
    if (look) endLookUp(look, { entry, ...MEMORY_HIT });
    cache.countViewer(true);
    if (this.#isComparable(request) && hitSampler.isDue()) {
      hitSampler.compare(entry, { load: () => this.#source(this.#ask(request)).load() });
    }
    burst.add(() => this.#answerFromMemory(reply, entry, done));
  };

  readonly handle = async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const { inTime, burst } = this.#hotpath;
    const answer = await inTime(this.#answerTo(request));
    await burst.turn();
    await sendAnswer(reply, answer, this.#policy);
    return reply;
  };

  async #answerTo(request: FastifyRequest): Promise<CacheAnswer> {
    const ask = this.#ask(request);
    await this.#read.authorise(ask);
    return this.#look(ask);
  }

  #ask(request: FastifyRequest): Ask<S> {
    return this.#read.ask(request, this.#viewerOf(request));
  }

  async #look(ask: Ask<S>): Promise<CacheAnswer> {
    const { cache, hitSampler, isOnCache } = this.#hotpath;
    const isOn = isOnCache(ask.request);
    cache.countViewer(isOn);
    const isBypass = !isOn || ask.request.headers['consistency-token'] === PAST;
    if (isBypass) return cache.bypass(this.#query(ask, this.#policy.scope === 'public'));
    const query = this.#query(ask);
    if (!(await this.#hasReached(ask.request))) return cache.readPast(query);
    const answer = await cache.read(query);
    if (answer.outcome === 'hit' && this.#isComparable(ask.request) && hitSampler.isDue()) {
      hitSampler.compare(answer.entry, query.source);
    }
    return answer;
  }

  #query(ask: Ask<S>, isTagged = true): Query {
    const question = this.#questionOf(ask);
    const key = entryKey(question, ask.viewer);
    return { key, tables: question.tables, policy: this.#policy, source: this.#source(ask, isTagged) };
  }

  #source(ask: Ask<S>, isTagged = true): TaggedRead<S> {
    return new TaggedRead({ read: this.#read, ask, watched: this.#hotpath.watched, isTagged });
  }

  #questionOf({ request: { url }, viewer, selection }: Ask<S>): Question {
    const known = this.#questions.known(url, viewer);
    if (known) return known;
    return this.#questions.add(url, viewer, {
      scope: selection.scope,
      tables: tablesRead(this.#hotpath.watched, selection),
    });
  }

  /** Values that depend on the current time, and estimates, may differ without a change. */
  #isComparable({ query }: FastifyRequest): boolean {
    const { count } = query as { count?: string };
    return !this.#read.route.resource.window && count !== 'estimated';
  }

  #viewerOf(request: FastifyRequest): Viewer {
    return this.#policy.scope === 'public' ? PUBLIC : request.viewer;
  }

  async #hasReached({ headers }: FastifyRequest): Promise<boolean> {
    const token = headers['consistency-token'];
    return token === undefined || this.#hotpath.follower.reach(String(token), REACH_MS);
  }

  #answerFromMemory(reply: FastifyReply, entry: Entry, fail: (error: Error) => void): void {
    // The client may have left since the look-up.
    if (reply.request.raw.socket.destroyed) return;
    try {
      sendAnswer(reply, { entry, ...MEMORY_HIT }, this.#policy)?.catch(fail);
    } catch (error) {
      fail(error as Error);
    }
  }
}
