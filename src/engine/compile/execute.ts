/**
 * Runs compiled statements on a `pg` pool, for less than `pool.query` costs.
 *
 * A compiled statement gives one row of a few text columns. So the query below, which speaks `pg`'s protocol for
 * queries (`submit` and the `handle…` methods), builds no result object, runs no type parsers, and asks for the names of
 * the columns only the first time: they are the same for every execution of a prepared statement. The figures are in
 * `docs/decisions.md`.
 */
import { LRUCache } from 'lru-cache';
import type pg from 'pg';
import utils from 'pg/lib/utils';
import type { ReadRow, Statement } from './compile.ts';

export type Execute = (statement: Statement) => Promise<ReadRow>;

export function executeOn(pool: pg.Pool): Execute {
  return (statement) =>
    new Promise((resolve, reject) => {
      pool.connect((unavailable, client, release) => {
        if (unavailable || !client) return reject(unavailable);
        const query = new ReadQuery(statement, (error, row) => {
          release(isBroken(error) ? error : undefined);
          if (error) reject(error);
          else resolve(row!);
        });
        client.query(query as unknown as pg.Submittable);
      });
    });
}

/** An error with a SQLSTATE leaves the connection fit for use. */
const isBroken = (error: Error | null): error is Error => error !== null && !('severity' in error);

const REMEMBERED_STATEMENTS = 2000;
const columnsOf = new LRUCache<string, readonly string[]>({ max: REMEMBERED_STATEMENTS });

type Finish = (error: Error | null, row?: ReadRow) => void;

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
  #columns: readonly string[] | undefined;
  #fields: readonly (string | null)[] = [];

  constructor({ name = '', text, values }: Statement, finish: Finish) {
    this.name = name;
    this.text = text;
    this.callback = finish;
    this.#values = values;
    this.#columns = name === '' ? undefined : columnsOf.get(name);
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
    if (this.name !== '') columnsOf.set(this.name, this.#columns);
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

  handleError(error: Error): void {
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
