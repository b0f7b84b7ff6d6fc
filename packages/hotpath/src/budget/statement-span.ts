/** The spans of the database: one for each statement, and one for the wait if no connection is free. */
import { LRUCache } from 'lru-cache';
import type pg from 'pg';
import type { Span, Step } from '../telemetry/span.ts';
import { normalise } from './normalise.ts';

type Finish = (error?: unknown, result?: unknown) => void;

export interface SentStatement {
  /** The statement as passed to `pg`: a text, or a query that has one. */
  readonly statement: unknown;
  readonly client: pg.Client;
  /** A callback for the end of the statement, beside the span's. */
  readonly counted: Finish | undefined;
}

/** Starts the span of a statement. @returns a function to call when the result or the error arrives. */
export function traceStatement(parent: Step, { statement, client, counted }: SentStatement): Finish {
  const text = normalise(textOf(statement));
  const summary = summaryOf(text);
  const span = parent.child(summary, 'client', {
    'db.system.name': 'postgresql',
    'db.namespace': client.database,
    'db.query.text': text,
    'db.query.summary': summary,
    'server.address': client.host,
    'server.port': client.port,
    'hotpath.statement.name': (Object(statement) as { name?: string }).name || undefined,
  });
  return (error, result) => {
    counted?.(error, result);
    if (error) failed(span, error);
    else span.set({ 'db.response.returned_rows': rowsOf(result) });
    span.end();
  };
}

/** Starts the span of a wait for a connection. */
export function traceWait(parent: Step | undefined): Finish | undefined {
  const span = parent?.child('pool.wait');
  return (
    span &&
    ((error) => {
      if (error) failed(span, error);
      span.end();
    })
  );
}

/** The text of a query as `pg` accepts it: a string, an object that has one, or a stream over a cursor. */
export function textOf(statement: unknown): string {
  if (typeof statement === 'string') return statement;
  const { text, cursor } = Object(statement) as { text?: unknown; cursor?: { text?: unknown } };
  return String(text ?? cursor?.text ?? '');
}

const SQLSTATE = /^[\dA-Z]{5}$/;

function failed(span: Span, error: unknown): void {
  const { code } = error as { code?: string };
  if (code !== undefined && SQLSTATE.test(code)) span.set({ 'db.response.status_code': code });
  span.fail(failureOf(error));
}

/** The failure in one word: a SQLSTATE, a code or a name. */
export function failureOf(error: unknown): string {
  const { code, name } = Object(error) as { code?: string; name?: string };
  return code ?? name ?? 'Error';
}

/** A compiled read gives its one row itself. */
export function rowsOf(result: unknown): number | undefined {
  if (result === undefined) return undefined;
  const { rowCount } = (result ?? {}) as { rowCount?: number | null };
  return rowCount === undefined ? 1 : (rowCount ?? undefined);
}

const REMEMBERED_TEXTS = 1000;
const summaries = new LRUCache<string, string>({ max: REMEMBERED_TEXTS });

/** A short summary of a statement, its verb and its tables: `SELECT users transactions`. */
export function summaryOf(text: string): string {
  let summary = summaries.get(text);
  if (summary === undefined) {
    summary = summarise(text);
    summaries.set(text, summary);
  }
  return summary;
}

const NAME = '((?:"[^"]+"|[\\w$]+)(?:\\s*\\.\\s*(?:"[^"]+"|[\\w$]+))*)';
const TABLE = new RegExp(`\\b(from|join|into|update)\\s+(?:only\\s+|lateral\\s+)?${NAME}`, 'gi');
const RESERVED = new Set(['lateral', 'of', 'only', 'select', 'set', 'values']);
const COMMON = new RegExp(
  `(?:\\bwith(?:\\s+recursive)?|,)\\s+${NAME}\\s*(?:\\([^()]*\\)\\s*)?as\\s+(?:(?:not\\s+)?materialized\\s+)?\\(`,
  'gi',
);
const VERB = /\b(select|insert|update|delete|merge|truncate)\b/i;
/** A longer list of tables would say less. */
const NAMED_TABLES = 8;

function summarise(text: string): string {
  const common = [...text.matchAll(COMMON)];
  const made = new Set(common.map(([, name]) => bare(name!)));
  const depthOf = depthsOf(text, new Set(common.map(({ 0: match, index }) => index + match.length - 1)));
  const tables = [...text.matchAll(TABLE)].filter(isTable);
  // A subquery for a column stands before the table whose column it is.
  const outermost = Math.min(...tables.map(depthOf));
  const isOuter = (table: RegExpExecArray) => depthOf(table) === outermost;
  const sorted = [...tables.filter(isOuter), ...tables.filter((table) => !isOuter(table))];
  const names = new Set(sorted.map(([, , name]) => bare(name!)));
  const named = [...names].filter((name) => !made.has(name)).slice(0, NAMED_TABLES);
  const verb = named.length > 0 ? VERB.exec(text)?.[1] : undefined;
  return [(verb ?? /^\w+/.exec(text)?.[0] ?? 'statement').toUpperCase(), ...named].join(' ');
}

/**
 * How many subqueries a place of a statement is in.
 * @param uncounted the places of parentheses that begin a common table expression.
 */
function depthsOf(text: string, uncounted: ReadonlySet<number>): (place: { index: number }) => number {
  const changes = [{ at: 0, depth: 0 }];
  const open: number[] = [];
  for (const { 0: token, index } of text.matchAll(PARENTHESIS)) {
    if (token === '(') open.push(uncounted.has(index) ? 0 : 1);
    else if (token === ')') open.pop();
    changes.push({ at: index, depth: open.reduce((sum, each) => sum + each, 0) });
  }
  return ({ index }) => changes.findLast(({ at }) => at <= index)!.depth;
}

/** A quoted name may hold one. */
const PARENTHESIS = /"[^"]*"|[()]/g;

/** Whether a name is a table: neither a keyword nor a function. */
function isTable({ 0: match, 1: keyword, 2: name, index, input }: RegExpExecArray): boolean {
  const isCalled = /^\s*\(/.test(input.slice(index + match.length, index + match.length + 2));
  return !RESERVED.has(name!.toLowerCase()) && !(isCalled && keyword!.toLowerCase() !== 'into');
}

/** The name without its schema and without quotes. */
const bare = (name: string): string =>
  name
    .split(/\s*\.\s*/)
    .at(-1)!
    .replaceAll('"', '');
