/**
 * Several reads that one session answers one after the other. They leave in one write and end with one `Sync`, so the
 * client and the server make one system call each where single reads take one each for every read.
 *
 * PostgreSQL runs the statements of a batch in one transaction, and each of them with a snapshot of its own. If one
 * fails, the server skips those after it, and the session sends these again.
 */
import type { QueryConnection } from './pg-internals.ts';

/** A read that can be one of a batch. */
export interface BatchedQuery {
  /** The name of its prepared statement; empty for a statement without a name. */
  readonly name: string;
  readonly text: string;
  /** The number of reads in its batch, itself included. */
  batchSize: number;
  /** Sends its messages, without the `Sync` that ends them. */
  write(connection: QueryConnection): void;
  /** The messages that follow are its answer. */
  expectAnswer(connection: QueryConnection): void;
  handleRowDescription(message: never): void;
  handleDataRow(message: never): void;
  /** Its answer is complete. */
  handleReadyForQuery(connection: QueryConnection): void;
  handleError(error: Error, connection: QueryConnection): void;
}

/** Sends the queries that `submit` gives to a session, and `first` before them, as one batch. */
export type Gather = (submit: () => void, first: readonly BatchedQuery[]) => void;

export class QueryBatch {
  /** Called after the last answer. `pg` puts its own in its place if queries have a time limit. */
  callback: (error?: Error) => void = () => {};
  readonly #queries: readonly BatchedQuery[];
  readonly #gather: Gather;
  /** The place of the query whose answer comes now. */
  #place = 0;
  #isOver = false;

  /** @param gather of the session that runs the batch. */
  constructor(queries: readonly BatchedQuery[], gather: Gather) {
    this.#queries = queries;
    this.#gather = gather;
    for (const query of queries) query.batchSize = queries.length;
  }

  /** `pg` keeps the statements that a connection has prepared by this name and text. */
  get name(): string {
    return this.#queries[this.#place]?.name ?? '';
  }

  get text(): string {
    return this.#queries[this.#place]?.text ?? '';
  }

  submit(connection: QueryConnection): null {
    connection.stream.cork();
    for (const query of this.#queries) query.write(connection);
    connection.sync();
    connection.stream.uncork();
    this.#queries[0]!.expectAnswer(connection);
    return null;
  }

  handleRowDescription(message: object): void {
    this.#queries[this.#place]?.handleRowDescription(message as never);
  }

  handleDataRow(message: object): void {
    this.#queries[this.#place]?.handleDataRow(message as never);
  }

  handleCommandComplete(_message: object, connection: QueryConnection): void {
    this.#place += 1;
    if (!this.#isOver) this.#queries[this.#place]?.expectAnswer(connection);
  }

  handleReadyForQuery(connection: QueryConnection): void {
    if (this.#isOver) return;
    this.#isOver = true;
    for (const query of this.#queries) query.handleReadyForQuery(connection);
    this.callback();
  }

  handleError(error: Error, connection: QueryConnection): void {
    if (this.#isOver) return;
    this.#isOver = true;
    const answered = this.#queries.slice(0, this.#place);
    const [failed, ...skipped] = this.#queries.slice(this.#place);
    const isLost = !('severity' in error);
    if (!isLost) for (const query of skipped) forgetParse(query, connection);
    this.#gather(
      () => {
        for (const query of answered) query.handleReadyForQuery(connection);
        failed?.handleError(error, connection);
        if (isLost) for (const query of skipped) query.handleError(error, connection);
      },
      isLost ? [] : skipped,
    );
    this.callback(error);
  }

  handleEmptyQuery(): void {}
  handlePortalSuspended(): void {}
}

/** The server has skipped the message that would have prepared the statement. */
export function forgetParse({ name }: BatchedQuery, { submittedNamedStatements }: QueryConnection): void {
  delete submittedNamedStatements[name];
}
