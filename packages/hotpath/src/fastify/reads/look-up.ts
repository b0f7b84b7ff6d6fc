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
import { createQuestions, entryKey, type Question } from '../../cache/key.ts';
import { type CachePolicy, checkPolicy } from '../../cache/policy.ts';
import type { CacheAnswer, Query } from '../../cache/query.ts';
import { endLookUp } from '../../cache/spans.ts';
import type { Selection } from '../../resource/selection.ts';
import { PUBLIC, type Viewer } from '../../resource/viewer.ts';
import type { Hotpath } from '../instance.ts';
import type { Ask } from './ask.ts';
import { MEMORY_HIT } from './cached-reply.ts';
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
  readonly #questions = createQuestions();

  /** @throws {TypeError} for a policy that contradicts itself. */
  constructor(hotpath: Hotpath, steps: ReadSteps<S>, policy: CachePolicy) {
    checkPolicy(policy);
    this.#hotpath = hotpath;
    this.#steps = steps;
    this.#policy = policy;
    this.#isRecalled = steps.route.guard === undefined && policy.sharedMaxAge === undefined;
  }

  /** The entry in memory that answers a request, if there is one. It neither parses the URL nor awaits. */
  recall(request: FastifyRequest): Entry | undefined {
    // A request with an invalid token has no viewer.
    if (!this.#isRecalled || request.viewer === undefined || request.headers['consistency-token'] !== undefined) {
      return undefined;
    }
    const { cache, hitSampler } = this.#hotpath;
    const viewer = this.viewerOf(request);
    const question = this.#questions.known(request.url, viewer);
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

  /** The answer to a request, as fresh as its `Consistency-Token` demands. */
  async find(ask: Ask<S>): Promise<CacheAnswer> {
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
    return new TaggedRead({ steps: this.#steps, ask, watched: this.#hotpath.watched, isTagged });
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
    return !this.#steps.route.resource.window && count !== 'estimated';
  }

  /** The viewer whose answers the route keeps: the public, if they are the same for everyone. */
  viewerOf(request: FastifyRequest): Viewer {
    return this.#policy.scope === 'public' ? PUBLIC : request.viewer;
  }

  async #hasReached({ headers }: FastifyRequest): Promise<boolean> {
    const token = headers['consistency-token'];
    return token === undefined || this.#hotpath.follower.reach(String(token), REACH_MS);
  }
}
