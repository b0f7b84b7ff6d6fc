/**
 * EXPLAIN of a statement that was kept: PostgreSQL's plan, and with ANALYZE what running it took.
 *
 * It runs on a connection that is closed afterwards, in a transaction that is read-only and is rolled back. PostgreSQL
 * itself refuses what would write in it, and the extended protocol refuses more than one statement. Nothing that a
 * client sends is ever part of the SQL: it names a statement that the service has sent, or that its compiler has made.
 */
import type pg from 'pg';
import { BEFORE_VERB, isRead, type KeptStatement } from './trail.ts';

export interface Explainable {
  readonly text: string;
  /** False where a literal was taken out of it. */
  readonly isVerbatim: boolean;
  /** Without them PostgreSQL makes a plan for any values (since version 16). */
  readonly values: readonly unknown[] | undefined;
}

export interface ExplainOptions {
  /** Runs the statement, and tells what it took. For reads alone. */
  readonly analyze: boolean;
}

/** A node of a plan, as PostgreSQL's JSON has it. */
export interface ExplainedNode {
  readonly 'Node Type': string;
  readonly Plans?: readonly ExplainedNode[];
  readonly [property: string]: unknown;
}

export interface ExplainedPlan {
  readonly plan: ExplainedNode;
  /** In milliseconds. */
  readonly planningMs: number | undefined;
  readonly executionMs: number | undefined;
  readonly isAnalyzed: boolean;
  /** Whether the plan is one for any values. */
  readonly isGeneric: boolean;
}

/** The refusal to explain a statement; the message says why. */
export class ExplainRefusal extends Error {
  override readonly name = 'ExplainRefusal';
}

const VERB = new RegExp(`${BEFORE_VERB}(?:select|with|values|table|insert|update|delete|merge)\\b`, 'i');
const TIMEOUT_MS = 10_000;
const GENERIC_SINCE = 160_000;

/** Whether PostgreSQL explains this kind of statement, and its text was kept as it was sent. */
export const isExplainable = ({ text, isVerbatim }: Pick<KeptStatement, 'text' | 'isVerbatim'>): boolean =>
  isVerbatim && VERB.test(text);

/** @throws {ExplainRefusal} @throws what PostgreSQL says */
export async function explainStatement(
  pool: pg.Pool,
  asked: Explainable,
  { analyze }: ExplainOptions,
): Promise<ExplainedPlan> {
  if (!asked.isVerbatim) throw new ExplainRefusal('The statement holds literals, which were not kept.');
  if (!isExplainable(asked)) throw new ExplainRefusal('PostgreSQL has no plan for this kind of statement.');
  if (analyze && !isRead(asked.text)) throw new ExplainRefusal('ANALYZE would run the statement, and this one writes.');
  if (analyze && !asked.values)
    throw new ExplainRefusal('ANALYZE needs the values of the statement, which were not kept.');
  const client = await pool.connect();
  try {
    await client.query('BEGIN READ ONLY');
    await client.query(`SET LOCAL statement_timeout = ${TIMEOUT_MS}`);
    return await explainOn(client, asked, analyze);
  } finally {
    await client.query('ROLLBACK').catch(() => {});
    // All changes that the statement made to the session end with the connection.
    client.release(true);
  }
}

async function explainOn(
  client: pg.ClientBase,
  { text, values }: Explainable,
  analyze: boolean,
): Promise<ExplainedPlan> {
  const isGeneric = values === undefined;
  if (isGeneric) await mustKnowGenericPlans(client);
  const how = analyze ? 'ANALYZE, BUFFERS' : isGeneric ? 'GENERIC_PLAN' : 'VERBOSE false';
  const query = {
    text: `EXPLAIN (FORMAT JSON, ${how}) ${text}`,
    values: [...(values ?? unknownValues(text))],
    queryMode: 'extended',
  };
  const { rows } = await client.query<{ 'QUERY PLAN': readonly ExplainJson[] }>(query as pg.QueryConfig);
  const [found] = rows[0]!['QUERY PLAN'];
  const { Plan: plan, 'Planning Time': planningMs, 'Execution Time': executionMs } = found!;
  return { plan, planningMs, executionMs, isAnalyzed: analyze, isGeneric };
}

/** PostgreSQL wants as many values as there are parameters, and does not look at them. */
function unknownValues(text: string): null[] {
  const numbers = [...text.matchAll(/\$(\d{1,5})/g)].map(([, number]) => Number(number));
  return new Array(Math.max(0, ...numbers)).fill(null);
}

interface ExplainJson {
  readonly Plan: ExplainedNode;
  readonly 'Planning Time'?: number;
  readonly 'Execution Time'?: number;
}

async function mustKnowGenericPlans(client: pg.ClientBase): Promise<void> {
  const { rows } = await client.query<{ version: number }>(
    "SELECT current_setting('server_version_num')::int AS version",
  );
  if (rows[0]!.version >= GENERIC_SINCE) return;
  throw new ExplainRefusal(
    'The values of this statement were not kept, and PostgreSQL plans without them since version 16.',
  );
}
