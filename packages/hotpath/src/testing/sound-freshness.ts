/**
 * Proves that no cached answer is stale: after a write by SQL, by Prisma or in a transaction of another connection,
 * each cached route answers as the database does; after a rollback, it answers as before.
 *
 *     await soundFreshness({ app, as: { alice }, writes: 50 });
 *
 * The proof changes random rows, and commits, so use a database for tests alone. Before each read the instance catches
 * up with the log of changes, as it does by itself within its bound (200 ms), so that the result does not depend on
 * timing.
 */

import { Askable, urlOf } from '../resource/askable.ts';
import { fail, mustHaveNoFaults } from './fault.ts';
import { asOwner, type OwnerOptions } from './owner.ts';
import { placesOf } from './places.ts';
import {
  type AskedRoute,
  type Asker,
  outcomeOf,
  Proof,
  type ProofOptions,
  type ProofReply,
  REFUSALS,
} from './proof.ts';
import type { Written } from './random-writes.ts';
import { type WriterName, writersOf } from './writers.ts';

export interface SoundFreshnessOptions extends ProofOptions, OwnerOptions {
  /** The number of writes, each kind in turn; 40 without it. */
  readonly writes?: number;
}

/** The comparisons. */
export interface FreshnessReport {
  /** Cached answers that were compared with the database. */
  readonly compared: number;
  /** The number of compared answers from the cache, and of those that a write changed. */
  readonly hits: number;
  readonly changed: number;
}

const WRITES = 40;
const KINDS: readonly WriterName[] = ['sql', 'prisma', 'transaction', 'rollback'];
const PLACES = 2;

/**
 * Proves that no cached answer is stale after random writes.
 * @throws {AssertionError} naming each answer that was stale and the write before it, and each route that no cache serves.
 */
export async function soundFreshness(options: SoundFreshnessOptions): Promise<FreshnessReport> {
  const proof = await Proof.of(options);
  const { hotpath } = proof;
  if (!(await hotpath.follower.catchUp(CATCH_UP_MS))) fail(unfollowed(proof));
  const reads = new CachedReads(proof);
  await reads.begin();
  mustHaveNoFaults('Every cached route is served from the cache', reads.faults);
  await asOwner(hotpath, options, async (pool) => {
    const writers = writersOf(hotpath, pool);
    for (let count = 0; count < (options.writes ?? WRITES); count += 1) {
      const kind = KINDS[count % KINDS.length]!;
      const written = await writers[kind]();
      await reads.compare(written, kind === 'rollback');
      if (!written.undo) continue;
      await written.undo();
      await reads.compare({ what: `${written.what}, and INSERT of the same row` }, false);
    }
  });
  const { compared, hits, changed } = reads;
  if (changed === 0) reads.faults.push('No write changed any answer, so nothing was proved: pass more `writes`.');
  mustHaveNoFaults('No cached answer is stale', reads.faults);
  return { compared, hits, changed };
}

const CATCH_UP_MS = 5000;

function unfollowed({ hotpath }: Proof): string {
  const reasons = (hotpath.gaps() ?? []).map(({ source, reason }) => `${source}: ${reason}`);
  return `The cache is bypassed, because not all changes are logged; \`npx hotpath doctor\` shows the remedy. ${reasons.join('; ')}`;
}

interface Question {
  readonly asker: Asker;
  readonly url: string;
  readonly route: string;
  /** The latest answer of the database. */
  body: string;
}

class CachedReads {
  readonly faults: string[] = [];
  compared = 0;
  hits = 0;
  changed = 0;
  readonly #proof: Proof;
  readonly #questions: Question[] = [];

  constructor(proof: Proof) {
    this.#proof = proof;
  }

  /** Puts every answer into the cache, which must return it the second time. */
  async begin(): Promise<void> {
    const routes = this.#proof.routes.filter(({ read }) => read.cache);
    if (routes.length === 0) fail('No read route has a `cache`, so nothing can be stale.');
    for (const route of routes) {
      let reason = 'no viewer gets an answer: add rows, a viewer in `as`, or values in `params`';
      let isServed = false;
      for (const { asker } of this.#proof.pairs((each) => each === route)) {
        for (const url of await this.#urlsOf({ route, asker })) {
          const reply = await this.#warmed({ asker, url, route: route.url, body: '' });
          if (reply && isHit(reply)) isServed = true;
          else if (reply)
            reason = reply.status === 200 ? `Cache-Status is ${reply.headers['cache-status']}` : outcomeOf(reply);
        }
      }
      if (!isServed) this.faults.push(`GET ${route.url} is not served from the cache: ${reason}.`);
    }
  }

  async compare({ what }: Written, isUndone: boolean): Promise<void> {
    await this.#proof.hotpath.follower.catchUp(CATCH_UP_MS);
    for (const question of this.#questions) {
      const truth = await this.#proof.ask(question.asker, question.url);
      const cached = await this.#cached(question);
      this.compared += 1;
      if (isHit(cached)) this.hits += 1;
      if (truth.body !== question.body) {
        this.changed += 1;
        if (isUndone) this.faults.push(`${truth.what} changed after ${what}: another client writes to this database.`);
      }
      question.body = truth.body;
      if (isAnswer(cached, truth) || isAnswer(cached, await this.#proof.ask(question.asker, question.url))) continue;
      this.faults.push(`${cached.what} is stale after ${what}: ${difference(cached.body, truth.body)}.`);
    }
  }

  async #urlsOf({ route, asker }: AskedRoute): Promise<string[]> {
    const askable = Askable.by(asker.viewer, route.read.resource, this.#proof.hotpath.resources);
    if (!askable) return [];
    const places = (await placesOf(this.#proof, route, asker)).slice(0, PLACES);
    const one = route.read.kind === 'list' ? 'limit=1&' : '';
    const shown = [...askable.relations, ...askable.computed].map((name) => `${one}fields=${name}`);
    const lists = route.read.kind === 'list' ? [...askable.sorts, ...askable.filters.slice(0, PLACES)] : [];
    return places.flatMap((path) => ['', ...shown, ...lists].map((each) => urlOf(path, each)));
  }

  /** @returns the second answer; undefined if the server refuses the viewer. */
  async #warmed(question: Question): Promise<ProofReply | undefined> {
    const first = await this.#cached(question);
    if (REFUSALS.includes(first.status)) return undefined;
    const second = first.status === 200 ? await this.#cached(question) : first;
    if (second.status === 200) this.#questions.push({ ...question, body: second.body });
    return second;
  }

  #cached({ asker, url }: Question): Promise<ProofReply> {
    return this.#proof.ask(asker, url, {});
  }
}

const isHit = ({ headers }: ProofReply): boolean => String(headers['cache-status']).includes('hit');

const isAnswer = (cached: ProofReply, truth: ProofReply): boolean =>
  cached.status === truth.status && (cached.body === truth.body || cached.status >= 400);

const SHOWN = 60;

/** The place where two texts begin to differ. */
function difference(cached: string, truth: string): string {
  let at = 0;
  while (at < cached.length && cached[at] === truth[at]) at += 1;
  const from = Math.max(0, at - SHOWN / 2);
  return `the cache has …${cached.slice(from, from + SHOWN)}…, the database …${truth.slice(from, from + SHOWN)}…`;
}
