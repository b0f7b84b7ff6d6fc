/**
 * The look-up: how a route with a cache policy gets its answer without a statement, if it can.
 *
 * `recall` looks in the memory of the process alone, by the URL as it came. A route with a guard does not recall, because the
 * guard runs first. Neither does a route whose answers shared caches keep (`sharedMaxAge`), because the follower reads the log
 * first.
 *
 * `find` asks the cache, which answers from memory, from Redis, with another request's read, or by `load`.
 */
import type { FastifyRequest } from 'fastify';
import type { Entry } from '../../cache/entry.ts';
import { entryKey } from '../../cache/key.ts';
import { type CachePolicy, checkPolicy } from '../../cache/policy.ts';
import type { CacheAnswer, Query } from '../../cache/query.ts';
import { endLookUp } from '../../cache/spans.ts';
import type { Selection } from '../../resource/selection.ts';
import { PUBLIC, type Viewer } from '../../resource/viewer.ts';
import type { Hotpath } from '../instance.ts';
import type { Ask } from './ask.ts';
import { MEMORY_HIT } from './cached-reply.ts';
import { type KnownAsk, type KnownQuestion, QUESTION, type QuestionedRequest, RouteReads } from './known-reads.ts';
import type { ReadSteps } from './read-steps.ts';
import { TaggedRead, tablesRead } from './tagged-read.ts';

/**
 * A `Consistency-Token` that requests the database's own answer, for a comparison with cached ones. The cache does not
 * keep it.
 */
const PAST = 'none';
/** How long a read waits until its instance has reached the position of its `Consistency-Token`, in milliseconds. */
const REACH_MS = 200;

export class LookUp<S extends Selection> {
  readonly #hotpath: Hotpath;
  readonly #steps: ReadSteps<S>;
  readonly #policy: CachePolicy;
  readonly #isRecalled: boolean;
  readonly #reads: RouteReads<S>;

  /** @throws {TypeError} for a policy that contradicts itself. */
  constructor(hotpath: Hotpath, steps: ReadSteps<S>, policy: CachePolicy) {
    checkPolicy(policy);
    this.#hotpath = hotpath;
    this.#steps = steps;
    this.#policy = policy;
    this.#isRecalled = steps.route.guard === undefined && policy.sharedMaxAge === undefined;
    const { known, watched } = hotpath;
    this.#reads = new RouteReads({ known, steps, tablesOf: (selection) => tablesRead(watched, selection) });
  }

  /** The entry in memory that answers a request, if there is one. It neither parses the URL nor awaits. */
  recall(request: FastifyRequest): Entry | undefined {
    // A request with an invalid token has no viewer.
    if (!this.#isRecalled || request.viewer === undefined || request.headers['consistency-token'] !== undefined) {
      return undefined;
    }
    const { cache, hitSampler } = this.#hotpath;
    const viewer = this.#viewerOf(request);
    const question = this.#reads.question(request, viewer);
    (request as QuestionedRequest)[QUESTION] = question as KnownQuestion | undefined;
    const span = request.ledger.span?.child('cache.get');
    const entry = question && this.#hotpath.isOnCache(request) ? cache.peek(entryKey(question, viewer)) : undefined;
    if (!entry) return undefined;
    if (span) endLookUp(span, { entry, ...MEMORY_HIT });
    cache.countViewer(true);
    if (this.#isComparable(request) && hitSampler.isDue()) {
      hitSampler.compare(entry, { load: () => this.#source(this.#steps.ask(request, viewer)).load() });
    }
    return entry;
  }

  /**
   * The request as a selection.
   * @throws 400 for an invalid request, 401 and 403 for a viewer without permission.
   */
  ask(request: FastifyRequest): KnownAsk<S> {
    const viewer = this.#viewerOf(request);
    const recalled = (request as QuestionedRequest)[QUESTION] as KnownQuestion<S> | undefined;
    // A hook after `recall` may have set another viewer.
    const question = recalled?.role === viewer.role ? recalled : undefined;
    // An answer to compare with others is read without what they were made with.
    if (request.headers['consistency-token'] === PAST) return this.#reads.askApart(request, viewer, question);
    return this.#reads.ask(request, viewer, question);
  }

  /** The answer to a request, as fresh as its `Consistency-Token` demands. */
  find(ask: KnownAsk<S>): Promise<CacheAnswer> {
    const { cache, isOnCache } = this.#hotpath;
    const isOn = isOnCache(ask.request);
    const token = ask.request.headers['consistency-token'];
    cache.countViewer(isOn);
    if (!isOn || token === PAST) return cache.bypass(this.#query(ask, this.#policy.scope === 'public'));
    return this.#answerTo(ask, token);
  }

  async #answerTo(ask: KnownAsk<S>, token: string | string[] | undefined): Promise<CacheAnswer> {
    const { cache, hitSampler, follower } = this.#hotpath;
    const query = this.#query(ask);
    if (token !== undefined && !(await follower.reach(String(token), REACH_MS))) return cache.readPast(query);
    const answer = await cache.read(query);
    if (answer.outcome === 'hit' && this.#isComparable(ask.request) && hitSampler.isDue()) {
      hitSampler.compare(answer.entry, this.#source(this.#steps.ask(ask.request, ask.viewer)));
    }
    return answer;
  }

  #query(ask: KnownAsk<S>, isTagged = true): Query {
    const { question, viewer } = ask;
    const key = entryKey(question, viewer);
    return { key, tables: question.tables, policy: this.#policy, source: this.#source(ask, isTagged) };
  }

  #source(ask: Ask<S>, isTagged = true): TaggedRead<S> {
    return new TaggedRead({ steps: this.#steps, ask, watched: this.#hotpath.watched, isTagged });
  }

  /** Values that depend on the current time, and estimates, may differ without a change. */
  #isComparable({ query }: FastifyRequest): boolean {
    const { count } = query as { count?: string };
    return !this.#steps.route.resource.window && count !== 'estimated';
  }

  /** The viewer whose answers the route keeps: the public, if they are the same for everyone. */
  #viewerOf(request: FastifyRequest): Viewer {
    return this.#policy.scope === 'public' ? PUBLIC : request.viewer;
  }
}
