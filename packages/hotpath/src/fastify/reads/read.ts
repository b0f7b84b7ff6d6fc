/**
 * The life of a read, from the request to the reply. Each step takes the result of the step before:
 *
 *     recall      only with a cache: an entry in memory answers from the first hook that knows the viewer
 *     ask         the URL becomes a selection, within the viewer's policy
 *     authorise   the route's guard may refuse
 *     look up     only with a cache: an answer from memory, from Redis, or of another request's read
 *     load        one statement reads the rows, and their snapshot with them
 *     answer      the rows or the entry become a reply
 *
 * `ask`, `authorise` and `load` are in `read-steps.ts`, `recall` and `look up` in `look-up.ts`.
 */
import type { FastifyReply, FastifyRequest, onRequestHookHandler } from 'fastify';
import type { Entry } from '../../cache/entry.ts';
import type { CachePolicy } from '../../cache/policy.ts';
import type { CacheAnswer } from '../../cache/query.ts';
import type { Selection } from '../../resource/selection.ts';
import type { Hotpath } from '../instance.ts';
import { MEMORY_HIT, sendAnswer } from './cached-reply.ts';
import { RouteReads } from './known-reads.ts';
import { LookUp } from './look-up.ts';
import { sendShown } from './plain-reply.ts';
import type { ReadSteps } from './read-steps.ts';

/** The handler of a route without a cache. */
export function plainRead<S extends Selection>(
  { burst, known }: Pick<Hotpath, 'burst' | 'known'>,
  steps: ReadSteps<S>,
) {
  const reads = new RouteReads({ known, steps });
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const ask = reads.ask(request, request.viewer);
    await steps.authorise(ask);
    const { shown } = await steps.load(ask);
    await burst.turn();
    return sendShown(reply, shown);
  };
}

/** The first hook and the handler of a route with a cache. Replies of one turn of the event loop leave together (`burst.ts`). */
export class CachedRead<S extends Selection> {
  readonly #hotpath: Hotpath;
  readonly #steps: ReadSteps<S>;
  readonly #policy: CachePolicy;
  readonly #lookUp: LookUp<S>;

  /** @throws {TypeError} for a policy that contradicts itself. */
  constructor(hotpath: Hotpath, steps: ReadSteps<S>, policy: CachePolicy) {
    this.#hotpath = hotpath;
    this.#steps = steps;
    this.#policy = policy;
    this.#lookUp = new LookUp(hotpath, steps, policy);
  }

  /** Answers without parsing or awaiting, or leaves the request to the handler. */
  readonly recall: onRequestHookHandler = (request, reply, done) => {
    const entry = this.#lookUp.recall(request);
    if (!entry) return done();
    this.#hotpath.burst.add(() => this.#answerHit(reply, entry, done));
  };

  readonly handle = async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const { inTime, burst } = this.#hotpath;
    const answer = await inTime(this.#answerTo(request));
    await burst.turn();
    await sendAnswer(reply, answer, this.#policy);
    return reply;
  };

  #answerTo(request: FastifyRequest): Promise<CacheAnswer> {
    const ask = this.#lookUp.ask(request);
    const permission = this.#steps.authorise(ask);
    return permission ? permission.then(() => this.#lookUp.find(ask)) : this.#lookUp.find(ask);
  }

  #answerHit(reply: FastifyReply, entry: Entry, fail: (error: Error) => void): void {
    // The client may have left since the look-up.
    if (reply.request.raw.socket.destroyed) return;
    try {
      sendAnswer(reply, { entry, ...MEMORY_HIT }, this.#policy)?.catch(fail);
    } catch (error) {
      fail(error as Error);
    }
  }
}
