/**
 * Proves that a read route sends the same number of statements whatever the number of rows, at most its budget.
 *
 *     await constantStatements({ app, as: { alice }, rows: (children) => insertComments(children) });
 *
 * The proof calls `rows` with 1, 10 and 100; `rows` adds rows until each list has that many. Without `rows`, the proof
 * uses the existing rows: pages of 1, 10 and 100 rows, and the rows with the most and the fewest children.
 */

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

export interface ConstantStatementsOptions extends ProofOptions {
  /** Adds rows to a test's database until each list has as many rows as its argument says; called with 1, 10 and 100. */
  readonly rows?: (children: number) => Promise<unknown>;
  /** Paths of other GET routes, with the same check: `['/stats']`. Their replies must have `Server-Timing`. */
  readonly also?: readonly string[];
}

/** The cost of a route for a viewer. */
export interface RouteCost {
  readonly route: string;
  readonly viewer: string;
  readonly budget: number;
  /** Statements at 1, 10 and 100 rows, the most of any request. */
  readonly statements: readonly number[];
  /** Rows at 1, 10 and 100 rows: those of a list's page, or of the longest list in an item. */
  readonly rows: readonly number[];
}

const SIZES = [1, 10, 100];
/** The request for a page of a list. */
const PAGE = 'page';

/**
 * Proves that the statements of each read route do not grow with its rows.
 * @throws {AssertionError} naming each route that sends more for more rows, or more than its budget.
 */
export async function constantStatements(options: ConstantStatementsOptions): Promise<RouteCost[]> {
  const proof = await Proof.of(options);
  const costs = new CostTable(proof, options);
  for (const size of SIZES) {
    await options.rows?.(size);
    await costs.measure(size);
  }
  costs.mustBeWhole();
  mustHaveNoFaults('Every read route sends the same number of statements for 1, 10 and 100 rows', costs.faults);
  return costs.all();
}

/** A reply, and its cost: the lower cost of two requests, because the first may fill a cache of facts. */
interface Cost {
  readonly statements: number;
  readonly most: number;
  readonly rows: number;
  readonly reply: ProofReply;
}

interface Row extends Subject {
  readonly statements: number[];
  readonly rows: number[];
  /** The first cost of each kind of request: all others must equal it. */
  readonly first: Map<string, Cost>;
}

interface Subject {
  readonly route: string;
  readonly asker: Asker;
  readonly budget: number;
  readonly isList: boolean;
}

/** A request, and its kind, whatever the number of its rows. */
interface Question {
  readonly url: string;
  readonly kind: string;
}

class CostTable {
  readonly faults: string[] = [];
  readonly #proof: Proof;
  readonly #options: ConstantStatementsOptions;
  readonly #rows = new Map<string, Row>();

  constructor(proof: Proof, options: ConstantStatementsOptions) {
    this.#proof = proof;
    this.#options = options;
  }

  all(): RouteCost[] {
    return [...this.#rows.values()].map(({ route, asker, budget, statements, rows }) => {
      return { route, viewer: asker.name, budget, statements, rows };
    });
  }

  async measure(size: number): Promise<void> {
    for (const pair of this.#proof.pairs()) {
      const { budget, kind } = pair.route.read;
      const questions = await this.#questionsOf(pair, size);
      await this.#ask({ route: pair.route.url, asker: pair.asker, budget, isList: kind === 'list' }, questions);
    }
    for (const asker of this.#proof.askers) {
      for (const url of this.#options.also ?? []) {
        const subject = { route: url, asker, budget: Number.POSITIVE_INFINITY, isList: false };
        await this.#ask(subject, [{ url, kind: '' }]);
      }
    }
  }

  /** Some viewer must have read each route, and each list must have grown: else nothing is proved. */
  mustBeWhole(): void {
    const rows = [...this.#rows.values()];
    const all = [...this.#proof.routes.map(({ url }) => url), ...(this.#options.also ?? [])];
    for (const route of new Set(all)) {
      if (!rows.some((row) => row.route === route)) this.faults.push(this.#unread(route));
      const lists = rows.filter((row) => row.route === route && row.isList);
      const hasGrown = lists.some((row) => Math.max(...row.rows) > Math.min(...row.rows));
      if (lists.length > 0 && !hasGrown) this.faults.push(this.#ungrown(route, lists[0]!));
    }
  }

  #unread(route: string): string {
    const names = this.#proof.askers.map(({ name }) => name).join(', ');
    return `GET ${route} showed a row to none of ${names}: add rows, a viewer in \`as\`, or values in \`params\`.`;
  }

  #ungrown(route: string, { rows }: Row): string {
    const grow = this.#options.rows ? '`rows` must add rows to it' : 'add rows, or pass `rows` to make them';
    return `GET ${route} had ${rows.join(', ')} rows, so nothing shows the cost of more rows: ${grow}.`;
  }

  async #questionsOf({ route, asker }: AskedRoute, size: number): Promise<Question[]> {
    const { resources } = this.#proof.hotpath;
    const { resource, kind } = route.read;
    const askable = Askable.by(asker.viewer, resource, resources);
    if (!askable) return [];
    const shown = askable.relations.map((name) => `fields=${name}`);
    const limit = `limit=${Math.min(size, resource.limit.most, resources.boundsOf(resource).rowsPerList)}`;
    const first = askable.fields[0] ?? askable.relations[0];
    const page = first ? `${limit}&fields=${first}` : limit;
    const asked = kind === 'item' ? ['', ...shown] : [page, '', ...shown.map((each) => `limit=1&${each}`)];
    const places = await placesOf(this.#proof, route, asker);
    return places.flatMap((path) =>
      asked.map((each) => ({ url: urlOf(path, each), kind: each === page ? PAGE : each })),
    );
  }

  async #ask(subject: Subject, questions: readonly Question[]): Promise<void> {
    const key = `${subject.route}\n${subject.asker.name}`;
    const row: Row = this.#rows.get(key) ?? { ...subject, statements: [], rows: [], first: new Map() };
    const costs: Cost[] = [];
    for (const { url, kind } of questions) {
      const cost = await this.#costOf(subject.asker, url);
      if (!cost) continue;
      this.#judge(row, cost, kind);
      costs.push({ ...cost, rows: subject.isList && kind !== PAGE ? 0 : cost.rows });
    }
    if (costs.length === 0) return;
    this.#rows.set(key, row);
    row.statements.push(Math.max(...costs.map(({ most }) => most)));
    row.rows.push(Math.max(...costs.map(({ rows }) => rows)));
  }

  async #costOf(asker: Asker, url: string): Promise<Cost | undefined> {
    const [one, reply] = [await this.#proof.ask(asker, url), await this.#proof.ask(asker, url)];
    if (REFUSALS.includes(reply.status)) return undefined;
    const counts = [one, reply].map(statementsOf);
    if (reply.status !== 200) this.faults.push(outcomeOf(reply));
    else if (counts.includes(undefined))
      this.faults.push(`${reply.what} has no \`Server-Timing\`, so its cost is unknown.`);
    else {
      const [statements, most] = [Math.min(...(counts as number[])), Math.max(...(counts as number[]))];
      return { statements, most, rows: longestList(JSON.parse(reply.body)), reply };
    }
    return undefined;
  }

  #judge({ budget, first }: Row, cost: Cost, kind: string): void {
    const { statements, most, rows, reply } = cost;
    const before = first.get(kind) ?? cost;
    first.set(kind, before);
    if (statements !== before.statements) {
      const other = `${before.reply.what} ${before.statements} for ${before.rows}`;
      this.faults.push(
        `${reply.what} sends ${statements} statements for ${rows} rows, and ${other}.${repeated(reply, before.reply)}`,
      );
    }
    if (most > budget)
      this.faults.push(`${reply.what} sends ${most} statements; its budget is ${budget}.${repeated(reply)}`);
  }
}

/** Each statement that was sent more than once, with its lines of code if they are kept. */
function repeated(...replies: readonly ProofReply[]): string {
  const repetitions = replies.flatMap(({ observation: { ledger } }) => ledger?.repeated(2) ?? []);
  const texts = repetitions.map(({ statement, times, sites }) => {
    return ` ${times} times: ${statement} ${[...sites].map((site) => `(${site})`).join(' ')}`;
  });
  return texts.join('');
}

function statementsOf({ headers, observation }: ProofReply): number | undefined {
  if (observation.ledger) return observation.ledger.statements;
  const shown = /desc="(\d+) statement/.exec(String(headers['server-timing']))?.[1];
  return shown === undefined ? undefined : Number(shown);
}

function longestList(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  const inside = Object.values(value).map(longestList);
  return Math.max(Array.isArray(value) ? value.length : 0, ...inside);
}
