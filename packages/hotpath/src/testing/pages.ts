/**
 * Proves that every list, in each of its orders, gives each row once when it is walked by cursor to its end.
 *
 *     await pages({ app, as: { alice } });
 *     await pages({ app, as: { alice }, during: () => insertMore() });   // new rows may show, once
 */

import type { ReadRequest } from '../compile/plan/read.ts';
import { identifyingFields } from '../model/data-model.ts';
import { Askable, urlOf } from '../resource/askable.ts';
import { mustHaveNoFaults } from './fault.ts';
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

export interface PagesOptions extends ProofOptions {
  /** Adds rows; called twice, while every list is being read. */
  readonly during?: () => Promise<unknown>;
  /** Rows of a page; 7 without it. */
  readonly rowsAPage?: number;
}

/** One list in one order, read to its end. */
export interface Walked {
  /** `GET /posts?sort=-title as alice`. */
  readonly question: string;
  /** The number of rows at the start, and of rows read. */
  readonly before: number;
  readonly seen: number;
}

const ROWS_A_PAGE = 7;
/** The number of rows that are read of a longer list. */
const MOST_ROWS = 500;
const STEPS_WITH_MORE = 2;

/**
 * Proves that every list, walked by cursor, gives each row once.
 * @throws {AssertionError} naming each list that repeats a row, loses one, or is too short to show either.
 */
export async function pages(options: PagesOptions): Promise<Walked[]> {
  const proof = await Proof.of(options);
  const faults: string[] = [];
  const walks = await begin(proof, options.rowsAPage ?? ROWS_A_PAGE, faults);
  for (let step = 1; walks.some((walk) => walk.goesOn); step += 1) {
    if (step <= STEPS_WITH_MORE) await options.during?.();
    for (const walk of walks.filter(({ goesOn }) => goesOn)) await walk.goOn();
  }
  for (const route of proof.routes.filter(isList)) {
    const isWalked = walks.some((walk) => walk.route === route.url && walk.steps > 1);
    if (!isWalked)
      faults.push(`GET ${route.url} has no second page for any viewer: add rows, or set \`rowsAPage\` lower.`);
  }
  mustHaveNoFaults('Every list gives each row once, in each of its orders', [
    ...faults,
    ...walks.flatMap((walk) => walk.faults()),
  ]);
  return walks.map(({ question, before, seen }) => ({ question, before: before.length, seen: seen.length }));
}

const isList = ({ read }: AskedRoute['route']): boolean => read.kind === 'list';

async function begin(proof: Proof, rows: number, faults: string[]): Promise<Walk[]> {
  const walks: Walk[] = [];
  for (const { route, asker } of proof.pairs(isList)) {
    const { resource } = route.read;
    const askable = Askable.by(asker.viewer, resource, proof.hotpath.resources);
    const [path] = askable ? await placesOf(proof, route, asker) : [];
    if (!askable || path === undefined) continue;
    const field = askable.fields[0];
    const page = [`limit=${Math.min(rows, resource.limit.most)}`, ...(field ? [`fields=${field}`] : [])];
    for (const sort of [[], ...askable.sorts.map((each) => [each])]) {
      const walk = new Walk(proof, asker, { route: route.url, path: urlOf(path, [...page, ...sort].join('&')) });
      if (await walk.begin(faults)) walks.push(walk);
    }
  }
  return walks;
}

interface Place {
  readonly route: string;
  readonly path: string;
}

class Walk {
  readonly route: string;
  readonly seen: string[] = [];
  before: readonly string[] = [];
  question = '';
  steps = 0;
  #next: string | undefined;
  readonly #faults: string[] = [];
  readonly #proof: Proof;
  readonly #asker: Asker;
  readonly #path: string;

  constructor(proof: Proof, asker: Asker, { route, path }: Place) {
    this.#proof = proof;
    this.#asker = asker;
    this.route = route;
    this.#path = path;
  }

  get goesOn(): boolean {
    return this.#next !== undefined && this.seen.length < MOST_ROWS + 2 * this.before.length;
  }

  /** @returns whether the viewer may read the list. */
  async begin(faults: string[]): Promise<boolean> {
    const first = await this.#proof.ask(this.#asker, this.#path);
    this.question = first.what;
    if (REFUSALS.includes(first.status)) return false;
    if (first.status !== 200) faults.push(outcomeOf(first));
    else {
      this.before = await this.#keysOf(requestOf(first), MOST_ROWS);
      await this.#take(first);
    }
    return first.status === 200;
  }

  async goOn(): Promise<void> {
    const reply = await this.#proof.ask(this.#asker, `${this.#path}&after=${this.#next}`);
    this.#next = undefined;
    if (reply.status === 200) await this.#take(reply);
    else this.#faults.push(outcomeOf(reply));
  }

  faults(): string[] {
    const seen = new Set(this.seen);
    const lost = this.before.filter((row) => !seen.has(row));
    const known = new Set(this.before);
    const order = this.seen.filter((row, index) => known.has(row) && this.seen.indexOf(row) === index);
    const isOrdered = lost.length > 0 || order.every((row, index) => row === this.before[index]);
    return [
      ...this.#faults,
      ...(seen.size < this.seen.length ? [`${this.question} repeats ${this.seen.length - seen.size} rows.`] : []),
      ...(lost.length > 0 ? [`${this.question} loses ${lost.length} of ${this.before.length} rows: ${lost[0]}.`] : []),
      ...(isOrdered ? [] : [`${this.question} gives its rows in another order than one read of all.`]),
    ];
  }

  /** Notes the rows of a page by their keys, which the reply itself may not show. */
  async #take(reply: ProofReply): Promise<void> {
    const { data, meta } = JSON.parse(reply.body) as { data: unknown[]; meta: { next?: string } };
    const keys = await this.#keysOf(requestOf(reply));
    const isSame = keys.length === data.length;
    if (!isSame) this.#faults.push(`${reply.what} has ${data.length} rows, and its statement finds ${keys.length}.`);
    this.seen.push(...keys);
    this.steps += 1;
    this.#next = meta.next;
  }

  /** @param take reads up to this number of rows of the whole list, not the page. */
  async #keysOf({ model, action, args, after }: ReadRequest, take?: number): Promise<string[]> {
    const { compiler, execute, resources } = this.#proof.hotpath;
    const keys = identifyingFields(resources.dataModel.models[model]!);
    const all = take === undefined ? args : { ...args, take };
    const request = { model, action, args: all!, keys, ...(after && take === undefined ? { after } : {}) };
    const row = await execute(compiler.compile(request));
    return (JSON.parse(row.keys ?? '[]') as unknown[]).map((key) => JSON.stringify(key));
  }
}

/** The request to the compiler behind a reply. */
const requestOf = ({ observation }: ProofReply): ReadRequest =>
  observation.statements.find(({ request }) => request?.action === 'findMany')!.request!;
