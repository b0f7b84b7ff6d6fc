/** Queries that speak `pg`'s protocol themselves: what every one of them does, and the one whose answer is one row of text. */
import type { LRUCache } from 'lru-cache';
import { isForgotten } from '../session/error-codes.ts';
import { prepareValue, type QueryConnection, type QueryHandlers } from '../session/pg-internals.ts';
import type { BatchedQuery } from '../session/query-batch.ts';
import { rowSourceOf } from '../session/raw-rows.ts';
import type { ReadRow, Statement } from './compile.ts';

export type ReadFinish = (error: Error | null, row?: ReadRow) => void;

/** How a column is described. */
export interface ColumnDescription {
  readonly name: string;
  readonly dataTypeID: number;
}

/** One execution of a statement, which is prepared on the way if it has a name. */
export abstract class CompiledQuery implements QueryHandlers, BatchedQuery {
  /** Read by `pg`, which keeps what was prepared on a connection under it. */
  readonly name: string;
  readonly text: string;
  /** Called once; `pg` and the counting pool put theirs around it. */
  callback: ReadFinish;
  batchSize = 1;
  /** Whether its connection had prepared the statement before. */
  wasPrepared = false;
  readonly #values: readonly unknown[];
  readonly #isBinary: boolean;

  constructor({ name = '', text, values, rows }: Statement, finish: ReadFinish) {
    this.name = name;
    this.text = text;
    this.callback = finish;
    this.#values = values;
    this.#isBinary = rows !== undefined;
  }

  /** @param isPrepared whether the connection has prepared the statement before. @returns whether the columns must come. */
  protected abstract isDescribed(connection: QueryConnection, isPrepared: boolean): boolean;
  abstract handleRowDescription(message: { readonly fields: readonly ColumnDescription[] }): void;
  abstract handleDataRow(message: object): void;
  abstract handleReadyForQuery(connection: QueryConnection): void;

  /** The values of its parameters. */
  get values(): readonly unknown[] {
    return this.#values;
  }

  submit(connection: QueryConnection): null {
    connection.stream.cork();
    this.write(connection);
    connection.sync();
    connection.stream.uncork();
    this.expectAnswer(connection);
    return null;
  }

  /** The rows that come now are its own, and no longer those of the query before it. */
  expectAnswer(connection: QueryConnection): void {
    const source = rowSourceOf(connection);
    if (source) source.receiver = undefined;
  }

  write(connection: QueryConnection): void {
    const { name, text } = this;
    const isPrepared =
      name !== '' && Boolean(connection.parsedStatements[name] || connection.submittedNamedStatements[name]);
    this.wasPrepared = isPrepared;
    if (!isPrepared) {
      connection.parse({ text, name });
      if (name !== '') connection.submittedNamedStatements[name] = text;
    }
    const how = { binary: this.#isBinary, valueMapper: prepareValue };
    connection.bind({ statement: name, values: this.#values, ...how });
    if (this.isDescribed(connection, isPrepared)) connection.describe({ type: 'P', name: '' });
    connection.execute({});
  }

  handleError(error: Error, connection: QueryConnection): void {
    if (isForgotten(error)) delete connection.parsedStatements[this.name];
    this.finish(error);
  }

  handleCommandComplete(): void {}
  handleEmptyQuery(): void {}
  handlePortalSuspended(): void {}

  protected finish(error: Error | null, row?: ReadRow): void {
    const { callback } = this;
    this.callback = () => {};
    callback(error, row);
  }
}

/** A statement that gives one row of a few columns of text. Their names are the same for every execution. */
export class ReadQuery extends CompiledQuery {
  readonly #remembered: LRUCache<string, readonly string[]>;
  #columns: readonly string[] | undefined;
  #fields: readonly (string | null)[] = [];

  constructor(statement: Statement, remembered: LRUCache<string, readonly string[]>, finish: ReadFinish) {
    super({ text: statement.text, values: statement.values, name: statement.name ?? '' }, finish);
    this.#remembered = remembered;
    this.#columns = this.name === '' ? undefined : remembered.get(this.name);
  }

  protected override isDescribed(): boolean {
    return this.#columns === undefined;
  }

  override handleRowDescription({ fields }: { readonly fields: readonly ColumnDescription[] }): void {
    this.#columns = fields.map(({ name }) => name);
    if (this.name !== '') this.#remembered.set(this.name, this.#columns);
  }

  handleDataRow({ fields }: { fields: readonly (string | null)[] }): void {
    this.#fields = fields;
  }

  override handleReadyForQuery(): void {
    const row: Record<string, string | null> = {};
    this.#columns!.forEach((column, index) => {
      row[column] = this.#fields[index] ?? null;
    });
    this.finish(null, row as unknown as ReadRow);
  }
}
