/**
 * Proves that an index answers every statement that a read route can send: the plain request, each filter, each sort,
 * each page after a cursor, each embedding.
 *
 *     await indexedPlans({ app, as: { alice }, owner: process.env.DATABASE_URL });
 *
 * The statements are planned, not run, as if each table had 100,000 rows (`large-tables.ts`).
 */
import type pg from 'pg';
import type { Statement } from '../compile/compile.ts';
import { type TableName, tableText } from '../compile/sql/scope.ts';
import type { DataModel } from '../model/data-model.ts';
import { Askable, questionsOf, urlOf } from '../resource/askable.ts';
import { mustHaveNoFaults } from './fault.ts';
import { beginWithLargeTables, tablesBehind } from './large-tables.ts';
import { asOwner, type OwnerOptions } from './owner.ts';
import { somePlace } from './places.ts';
import {
  type LargeTables,
  type PlanNode,
  planComplaints,
  shownTable,
  tableOf,
  tablesWithoutIndex,
  walkComplaints,
} from './plan-complaints.ts';
import {
  type AskedRoute,
  type Asker,
  outcomeOf,
  Proof,
  type ProofOptions,
  type ProofReply,
  REFUSALS,
} from './proof.ts';

/** An intended plan, which the proof accepts. */
export interface AcceptedPlan {
  /** Matches the request: `GET /posts?title[contains]=garden as alice`. */
  readonly question: RegExp;
  readonly complaint: RegExp;
  readonly why: string;
}

export interface IndexedPlansOptions extends ProofOptions, OwnerOptions {
  /**
   * Models whose tables stay small, so that reading all of them is right: `['Category']`. A join table is named by itself:
   * `['_PostToTag']`.
   */
  readonly small?: readonly string[];
  /** Intended plans, each with the reason. */
  readonly accept?: readonly AcceptedPlan[];
}

/** The plans. */
export interface PlanReport {
  readonly questions: number;
  /** The number of different statements. */
  readonly statements: number;
}

/**
 * Proves that an index answers every statement that a read route can send.
 * @throws {AssertionError} naming each request whose plan reads a whole table, or sorts many rows.
 */
export async function indexedPlans(options: IndexedPlansOptions): Promise<PlanReport> {
  const proof = await Proof.of(options);
  const asked = new AskedStatements(proof);
  for (const pair of proof.pairs()) await asked.pair(pair);
  const faults = [...asked.faults, ...asked.unread()];
  if (faults.length === 0) faults.push(...(await complaintsAbout(proof, options, asked.statements)));
  mustHaveNoFaults('An index answers every statement', faults);
  return { questions: asked.questions, statements: asked.statements.size };
}

/** Statements by their text, each with the first request that sent it. */
type Statements = ReadonlyMap<string, { readonly statement: Statement; readonly what: string }>;

class AskedStatements {
  readonly faults: string[] = [];
  readonly statements = new Map<string, { readonly statement: Statement; readonly what: string }>();
  questions = 0;
  readonly #proof: Proof;
  readonly #read = new Set<string>();

  constructor(proof: Proof) {
    this.#proof = proof;
  }

  /** A route that sent no statement for any viewer proves nothing. */
  unread(): string[] {
    const unread = this.#proof.routes.filter(({ url }) => !this.#read.has(url));
    return unread.map(
      ({ url }) => `GET ${url} has no row to ask for: add rows, a viewer in \`as\`, or values in \`params\`.`,
    );
  }

  async pair({ route, asker }: AskedRoute): Promise<void> {
    const askable = Askable.by(asker.viewer, route.read.resource, this.#proof.hotpath.resources);
    if (!askable) return;
    const path = await somePlace(this.#proof, route, asker);
    for (const question of questionsOf(route.read.kind, askable))
      await this.#ask(route.url, asker, urlOf(path, question));
    if (route.read.kind === 'item') return;
    for (const sort of ['', ...askable.sorts]) {
      const url = urlOf(path, ['limit=1', sort].filter((part) => part !== '').join('&'));
      const next = nextOf(await this.#ask(route.url, asker, url));
      if (next !== undefined) await this.#ask(route.url, asker, `${url}&after=${next}`);
    }
  }

  async #ask(route: string, asker: Asker, url: string): Promise<ProofReply> {
    const reply = await this.#proof.ask(asker, url);
    this.questions += 1;
    const { statements } = reply.observation;
    if (reply.status !== 200 && !REFUSALS.includes(reply.status)) this.faults.push(outcomeOf(reply));
    if (statements.length > 0) this.#read.add(route);
    for (const { statement } of statements) {
      if (!this.statements.has(statement.text)) this.statements.set(statement.text, { statement, what: reply.what });
    }
    return reply;
  }
}

function nextOf({ status, body }: ProofReply): string | undefined {
  if (status !== 200) return undefined;
  return (JSON.parse(body) as { meta?: { next?: string } }).meta?.next;
}

function complaintsAbout(proof: Proof, options: IndexedPlansOptions, statements: Statements): Promise<string[]> {
  const { models } = proof.hotpath.resources.dataModel;
  return asOwner(proof.hotpath, options, async (pool) => {
    const client = await pool.connect();
    try {
      const tables = tablesBehind(Object.values(models));
      const { rows, roots, empty } = await beginWithLargeTables(client, [...tables.keys()]);
      const small = smallTables(options, models, tables);
      const large = new Map([...rows].filter(([table]) => !small.includes(roots.get(table)!)));
      const faults: string[] = [];
      for (const { statement, what } of statements.values()) {
        const plan = await planOf(client, statement);
        const complaints = [
          ...planComplaints(plan, large),
          ...(await unindexedWalks(client, { plan, statement, large })),
        ];
        const wrong = complaints.filter((each) => !isAccepted(options, what, each));
        faults.push(...wrong.map((each) => `${what} ${each}.`), ...emptyTables(plan, empty));
      }
      return faults;
    } finally {
      await client.query('ROLLBACK');
      client.release();
    }
  });
}

/** The tables of the models that stay small. A join table has no model, and is named by itself. */
function smallTables(
  { small = [] }: IndexedPlansOptions,
  models: DataModel['models'],
  tables: ReadonlyMap<string, TableName>,
): string[] {
  return small.flatMap((name) => {
    const model = models[name];
    return model ? [tableText(model)] : [...tables].flatMap(([text, { table }]) => (table === name ? [text] : []));
  });
}

/** The plan, with the schemas of its tables, which PostgreSQL writes only if it qualifies every column, too. */
async function planOf(client: pg.ClientBase, statement: Statement): Promise<PlanNode> {
  const plan = await explain(client, statement, 'FORMAT JSON');
  return withSchemas(plan, await explain(client, statement, 'FORMAT JSON, VERBOSE'));
}

async function explain(client: pg.ClientBase, { text, values }: Statement, options: string): Promise<PlanNode> {
  const { rows } = await client.query(`EXPLAIN (${options}) ${text}`, [...values]);
  return rows[0]['QUERY PLAN'][0].Plan as PlanNode;
}

function withSchemas(node: PlanNode, { Schema, Plans = [] }: PlanNode): PlanNode {
  const inside = node.Plans?.map((each, index) => withSchemas(each, Plans[index]!));
  return { ...node, ...(Schema !== undefined && { Schema }), ...(inside && { Plans: inside }) };
}

interface Planned {
  readonly plan: PlanNode;
  readonly statement: Statement;
  readonly large: LargeTables;
}

/** Makes the planner use an index for a condition, if there is one. */
const BY_CONDITIONS =
  'SET LOCAL enable_seqscan = off; SET LOCAL enable_indexscan = off; SET LOCAL enable_indexonlyscan = off';

async function unindexedWalks(client: pg.ClientBase, { plan, statement, large }: Planned): Promise<string[]> {
  const walks = walkComplaints(plan, large);
  if (walks.length === 0) return [];
  await client.query(`SAVEPOINT settings; ${BY_CONDITIONS}`);
  const unindexed = tablesWithoutIndex(await planOf(client, statement));
  await client.query('ROLLBACK TO settings');
  return walks.flatMap(([table, complaint]) => (unindexed.includes(table) ? [complaint] : []));
}

const isAccepted = ({ accept = [] }: IndexedPlansOptions, what: string, complaint: string): boolean =>
  accept.some((each) => each.question.test(what) && each.complaint.test(complaint));

/** Tables in a plan whose size cannot be set in the planner's statistics. */
function emptyTables(node: PlanNode, empty: ReadonlySet<string>): string[] {
  const table = tableOf(node);
  const inside = (node.Plans ?? []).flatMap((each) => emptyTables(each, empty));
  if (table === undefined || !empty.has(table)) return inside;
  return [`The table ${shownTable(node)} is empty, so its size for the planner cannot be set: add a row.`, ...inside];
}
