/**
 * Runs compiled statements on a `pg` pool, for less than `pool.query` costs.
 *
 * A compiled statement gives one row of a few text columns. So the query below, which speaks `pg`'s protocol for
 * queries (`submit` and the `handle…` methods), builds no result object, runs no type parsers, and asks for the names of
 * the columns only the first time: they are the same for every execution of a prepared statement. The figures are in
 * decision 0026 (`docs/decisions/`).
 *
 * A prepared statement keeps the types that its parameters had when it was prepared. After `ALTER TYPE` it may fail on
 * every connection that has it, for as long as they live. So a named statement whose error may come from that is run
 * once more without its name. If it succeeds, every connection prepares it anew, under another name. Where the other types
 * give another answer in place of an error, the follower has the pool replace its connections (`SessionPool`).
 */
import { LRUCache } from 'lru-cache';
import pg from 'pg';
import utils from 'pg/lib/utils';
import { isForgotten, isMisnamed, mayBeStale } from '../session/error-codes.ts';
import type { ReadRow, Statement } from './compile.ts';

export type Execute = (statement: Statement) => Promise<ReadRow>;

/** A pool that may replace its connections; what was prepared before is then of no use, in a pooler either. */
export type ReadPool = pg.Pool & { readonly replacements?: number };

export function executeOn(pool: ReadPool): Execute {
  const prepared = new PreparedReads(pool);
  return (statement) =>
    new Promise((resolve, reject) => {
      pool.connect((unavailable, client, release) => {
        if (unavailable || !client) return reject(unavailable);
        prepared.run(client, statement, (error, row) => {
          release(isBroken(error) ? error : undefined);
          if (error) reject(error);
          else resolve(row!);
        });
      });
    });
}

/** An error with a SQLSTATE leaves the connection fit for use. */
const isBroken = (error: Error | null): error is Error => error !== null && !('severity' in error);

type Finish = (error: Error | null, row?: ReadRow) => void;

const REMEMBERED_STATEMENTS = 2000;

/** What is known of the statements that a pool's connections have prepared, by their names. */
class PreparedReads {
  readonly #columns = new LRUCache<string, readonly string[]>({ max: REMEMBERED_STATEMENTS });
  /** How often a statement was found to be outdated. */
  readonly #revisions = new LRUCache<string, number>({ max: REMEMBERED_STATEMENTS });
  readonly #pool: ReadPool;

  constructor(pool: ReadPool) {
    this.#pool = pool;
  }

  run(client: pg.PoolClient, statement: Statement, finish: Finish): void {
    const revision = this.#revisions.get(statement.name ?? '') ?? 0;
    const first = new ReadQuery(
      revised(statement, revision + (this.#pool.replacements ?? 0)),
      this.#columns,
      (error, row) => {
        if (!error || !statement.name || !mayBeStale(error)) return finish(error, row);
        const second = new ReadQuery({ ...statement, name: '' }, this.#columns, (secondError, secondRow) => {
          if (!secondError && !isMisnamed(error)) this.#outdate(statement.name!, revision);
          finish(secondError, secondRow);
        });
        // Not counted a second time: the first attempt had no effect, and the route's budget holds for the statement.
        (pg.Client.prototype.query as (query: object) => void).call(client, second);
      },
    );
    client.query(first as unknown as pg.Submittable);
  }

  #outdate(name: string, revision: number): void {
    if ((this.#revisions.get(name) ?? 0) === revision) this.#revisions.set(name, revision + 1);
  }
}

/** The text differs, too: PgBouncer knows a prepared statement by its text, and keeps it for other clients. */
function revised(statement: Statement, revision: number): Statement {
  const { name, text, values } = statement;
  if (revision === 0 || !name) return statement;
  return { text: `${text}\n-- ${revision}`, values, name: `${name}.${revision}` };
}

/** What a query is given of `pg`'s connection. */
interface Connection {
  readonly stream: { cork(): void; uncork(): void };
  readonly parsedStatements: Record<string, string | undefined>;
  readonly submittedNamedStatements: Record<string, string | undefined>;
  parse(message: { text: string; name: string }): void;
  bind(message: { statement: string; values: readonly unknown[]; valueMapper: (value: unknown) => unknown }): void;
  describe(message: { type: 'P'; name: string }): void;
  execute(message: object): void;
  sync(): void;
}

class ReadQuery {
  /** Read by `pg`, which keeps what was prepared on a connection under it. */
  readonly name: string;
  readonly text: string;
  /** Called once; `pg` and the counting pool put theirs around it. */
  callback: Finish;
  readonly #values: readonly unknown[];
  readonly #remembered: LRUCache<string, readonly string[]>;
  #columns: readonly string[] | undefined;
  #fields: readonly (string | null)[] = [];

  constructor({ name = '', text, values }: Statement, remembered: LRUCache<string, readonly string[]>, finish: Finish) {
    this.name = name;
    this.text = text;
    this.callback = finish;
    this.#values = values;
    this.#remembered = remembered;
    this.#columns = name === '' ? undefined : remembered.get(name);
  }

  submit(connection: Connection): null {
    const { name, text } = this;
    connection.stream.cork();
    if (name === '' || !(connection.parsedStatements[name] || connection.submittedNamedStatements[name])) {
      connection.parse({ text, name });
      if (name !== '') connection.submittedNamedStatements[name] = text;
    }
    connection.bind({ statement: name, values: this.#values, valueMapper: utils.prepareValue });
    if (!this.#columns) connection.describe({ type: 'P', name: '' });
    connection.execute({});
    connection.sync();
    connection.stream.uncork();
    return null;
  }

  handleRowDescription({ fields }: { fields: readonly { name: string }[] }): void {
    this.#columns = fields.map(({ name }) => name);
    if (this.name !== '') this.#remembered.set(this.name, this.#columns);
  }

  handleDataRow({ fields }: { fields: readonly (string | null)[] }): void {
    this.#fields = fields;
  }

  handleReadyForQuery(): void {
    const row: Record<string, string | null> = {};
    this.#columns!.forEach((column, index) => {
      row[column] = this.#fields[index] ?? null;
    });
    this.#finish(null, row as unknown as ReadRow);
  }

  handleError(error: Error, connection: Connection): void {
    if (isForgotten(error)) delete connection.parsedStatements[this.name];
    this.#finish(error);
  }

  handleCommandComplete(): void {}
  handleEmptyQuery(): void {}
  handlePortalSuspended(): void {}

  #finish(error: Error | null, row?: ReadRow): void {
    const { callback } = this;
    this.callback = () => {};
    callback(error, row);
  }
}
