/**
 * The reads of a pool, with what is known of the statements that its connections have prepared.
 *
 * A prepared statement keeps the types that its parameters had when it was prepared. After `ALTER TYPE` it may fail on
 * every connection that has it, for as long as they live. So a named statement whose error may come from that is run
 * once more without its name. If it succeeds, every connection prepares it again, under another name. If the other types
 * give another answer instead of an error, the follower makes the pool replace its connections (`SessionPool`).
 *
 * Rows whose values are of a type that the writer of JSON does not know are read once more, as JSON that PostgreSQL writes;
 * and so is every read of that shape from then on.
 */
import { LRUCache } from 'lru-cache';
import pg from 'pg';
import { isMisnamed, mayBeStale } from '../session/error-codes.ts';
import { rowSourceOf } from '../session/raw-rows.ts';
import type { SessionPool } from '../session/session-pool.ts';
import type { Statement } from './compile.ts';
import { type CompiledQuery, type ReadFinish, ReadQuery } from './read-query.ts';
import type { RowsLayout } from './rows/layout.ts';
import { UnreadableValue } from './rows/values/value-writer.ts';
import { RowsForms, RowsQuery } from './rows-query.ts';

/** A pool that may replace its connections; what was prepared before is then of no use, in a pooler either. */
export type ReadPool = pg.Pool & Partial<Pick<SessionPool, 'replacements' | 'share'>>;

export interface ExecuteOptions {
  /** Called for a read that is sent again, as JSON, since a value in its rows has a type that is not known for its field. */
  readonly onUnreadable?: (error: UnreadableValue) => void;
}

const REMEMBERED_STATEMENTS = 2000;

/** The part of a client that `pg` declares differently, or not at all. */
interface ReadClient {
  readonly connection: object;
  readonly isDirect: boolean;
  query(query: object): void;
  resend?(query: CompiledQuery): void;
}

/** Sends a query that is not counted: the attempt before it had no effect, or is the same read. */
function resend(client: ReadClient, query: CompiledQuery): void {
  if (client.resend) client.resend(query);
  else (pg.Client.prototype.query as (this: object, query: object) => void).call(client, query);
}

/** The knowledge of the statements that a pool's connections have prepared, by their names. */
export class PreparedReads {
  readonly #columns = new LRUCache<string, readonly string[]>({ max: REMEMBERED_STATEMENTS });
  /** How often a statement was found to be outdated. */
  readonly #revisions = new LRUCache<string, number>({ max: REMEMBERED_STATEMENTS });
  readonly #forms = new RowsForms();
  /** Layouts of rows that hold what the writer does not know. */
  readonly #unreadable = new WeakSet<RowsLayout>();
  readonly #pool: ReadPool;
  readonly #options: ExecuteOptions;

  constructor(pool: ReadPool, options: ExecuteOptions = {}) {
    this.#pool = pool;
    this.#options = options;
  }

  /** Sends a read on a session. @param finish called once, with the row or the last error. */
  run(given: pg.ClientBase, wanted: Statement, finish: ReadFinish): CompiledQuery {
    const client = given as unknown as ReadClient;
    const statement = this.#readable(client, wanted);
    const revision = this.#revisions.get(statement.name ?? '') ?? 0;
    const first = this.#query(
      client,
      revised(statement, revision + (this.#pool.replacements ?? 0)),
      this.#orAsJson(client, statement, (error, row) => {
        if (!error || !statement.name || !mayBeStale(error)) return finish(error, row);
        const { name: _, ...unnamed } = statement;
        const second: ReadFinish = (secondError, secondRow) => {
          if (!secondError && !isMisnamed(error)) this.#outdate(statement.name!, revision);
          finish(secondError, secondRow);
        };
        resend(client, this.#query(client, unnamed, this.#orAsJson(client, unnamed, second)));
      }),
    );
    client.query(first);
    return first;
  }

  /** Sends a statement that gives one row of text, once, whatever its error. No budget counts it. */
  runUncounted(client: pg.ClientBase, statement: Statement, finish: ReadFinish): void {
    resend(client as unknown as ReadClient, new ReadQuery(statement, this.#columns, finish));
  }

  #query(client: ReadClient, statement: Statement, finish: ReadFinish): CompiledQuery {
    if (!statement.rows) return new ReadQuery(statement, this.#columns, finish);
    return new RowsQuery(
      statement as Statement & { rows: RowsLayout },
      this.#forms.of(client.connection, client.isDirect),
      finish,
    );
  }

  /** A client that gives no rows as bytes is one that `SessionPool` has not made. */
  #readable({ connection }: ReadClient, statement: Statement): Statement {
    const { rows, asJson } = statement;
    if (!rows || !asJson) return statement;
    return this.#unreadable.has(rows) || !rowSourceOf(connection) ? asJson() : statement;
  }

  #orAsJson(client: ReadClient, { rows, asJson }: Statement, finish: ReadFinish): ReadFinish {
    if (!rows || !asJson) return finish;
    return (error, row) => {
      if (!(error instanceof UnreadableValue)) return finish(error, row);
      this.#unreadable.add(rows);
      this.#options.onUnreadable?.(error);
      const { text, values } = asJson();
      resend(client, this.#query(client, { text, values }, finish));
    };
  }

  #outdate(name: string, revision: number): void {
    if ((this.#revisions.get(name) ?? 0) === revision) this.#revisions.set(name, revision + 1);
  }
}

/** The text differs, too: PgBouncer knows a prepared statement by its text, and keeps it for other clients. */
function revised(statement: Statement, revision: number): Statement {
  const { name, text } = statement;
  if (revision === 0 || !name) return statement;
  return { ...statement, text: `${text}\n-- ${revision}`, name: `${name}.${revision}` };
}
