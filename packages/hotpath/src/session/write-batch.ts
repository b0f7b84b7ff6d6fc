/**
 * A write of `pg` with the reads that trail it (`trailing-reads.ts`), in one message to the server: the write and the reads inside
 * its transaction, a `Sync` that commits it, and the reads after it. For `pg` the latter are a query of their own, which comes next (`ReadsAfter`).
 *
 * The write counts as done once the server has answered the first `Sync`, because a deferred constraint may refuse it then. If a
 * read inside fails, the server undoes the write, so it is sent again without reads.
 */
import { isForgotten, saysSessionEnds } from './error-codes.ts';
import { type ClientQuery, type QueryConnection, withoutSync } from './pg-internals.ts';
import { type BatchedQuery, forgetParse } from './query-batch.ts';

/** The end of a read whose write was refused, or sent again without it. It has no SQLSTATE, so that no code sends the read again. */
class UnansweredRead extends Error {
  override readonly name = 'UnansweredRead';

  constructor() {
    super('The write that the read trailed was refused, or sent again.');
  }
}

export interface WriteParts {
  readonly write: ClientQuery;
  readonly inside: readonly BatchedQuery[];
  readonly after: ReadsAfter;
  /** Makes the reads after the write the next query of the client. */
  readonly expectAfter: () => void;
  /** The time limit of the write, in milliseconds. */
  readonly timeoutMs: number | undefined;
  /** Called once the server has answered the `Sync`, before the write's own callback. */
  readonly onAnswered: () => void;
  /** Called if a read inside has failed. It sends the write alone. */
  readonly sendAgain: () => void;
}

export class WriteBatch {
  /** Called after the last answer. `pg` puts its own in its place if queries have a time limit. */
  callback: (error?: Error) => void = () => {};
  readonly #parts: WriteParts;
  readonly #queries: readonly (ClientQuery | BatchedQuery)[];
  /** The place of the query whose answer comes now. */
  #place = 0;
  #isOver = false;

  constructor(parts: WriteParts) {
    this.#parts = parts;
    this.#queries = [parts.write, ...parts.inside];
  }

  /** `pg` keeps the statements that a connection has prepared by this name and text. */
  get name(): string {
    return this.#queries[this.#place]?.name ?? '';
  }

  get text(): string {
    return this.#queries[this.#place]?.text ?? '';
  }

  /** `pg` reads it as the time limit of this query. */
  get query_timeout(): number | undefined {
    return this.#parts.timeoutMs;
  }

  /** `pg` gives it the types of the client. */
  get _result(): unknown {
    return this.#parts.write._result;
  }

  submit(connection: QueryConnection): Error | null {
    const { write, inside, after } = this.#parts;
    const { callback } = write;
    write.callback = (error, result) => {
      this.#isOver ||= error !== null;
      callback(error, result);
    };
    connection.stream.cork();
    const fault = write.submit(withoutSync(connection));
    // A value that cannot be written ends the write before it is sent.
    if (!fault && !this.#isOver) for (const read of inside) read.write(connection);
    if (!fault) connection.sync();
    if (!fault && !this.#isOver) after.send(connection);
    connection.stream.uncork();
    if (!after.areSent) after.handleError(new UnansweredRead(), connection);
    if (this.#isOver) this.#endReads(connection);
    return fault;
  }

  handleRowDescription(message: object): void {
    this.#queries[this.#place]?.handleRowDescription(message as never);
  }

  handleDataRow(message: object): void {
    this.#queries[this.#place]?.handleDataRow(message as never);
  }

  handleCommandComplete(message: object, connection: QueryConnection): void {
    if (this.#isOver) return;
    if (this.#place === 0) this.#parts.write.handleCommandComplete(message as never, connection);
    this.#place += 1;
    this.#parts.inside[this.#place - 1]?.expectAnswer(connection);
  }

  handleReadyForQuery(connection: QueryConnection): void {
    if (this.#isOver) return;
    const { write, inside, after, expectAfter, onAnswered } = this.#parts;
    // Before a callback can send another query.
    if (after.areSent) expectAfter();
    for (const read of inside) read.handleReadyForQuery(connection);
    onAnswered();
    write.handleReadyForQuery(connection);
    this.#isOver = true;
    this.callback();
  }

  handleError(error: Error, connection: QueryConnection): void {
    if (this.#isOver) return;
    this.#isOver = true;
    const { write, inside, after, expectAfter, sendAgain } = this.#parts;
    if (after.areSent) expectAfter();
    const failed = 'severity' in error ? inside[this.#place - 1] : undefined;
    if (failed && isForgotten(error)) delete connection.parsedStatements[failed.name];
    this.#endReads(connection);
    if (failed && !saysSessionEnds(error)) sendAgain();
    else write.handleError(error, connection);
    this.callback(error);
  }

  handleEmptyQuery(): void {}
  handlePortalSuspended(): void {}

  /** The server has prepared those that it has answered, and no others. */
  #endReads(connection: QueryConnection): void {
    for (const [index, read] of this.#parts.inside.entries()) {
      if (index + 1 >= this.#place) forgetParse(read, connection);
      read.handleError(new UnansweredRead(), connection);
    }
  }
}

/** The reads after a write, which the batch of the write has sent. They become the client's next query once the write has its answer. */
export class ReadsAfter {
  callback: (error?: Error) => void = () => {};
  readonly #reads: readonly BatchedQuery[];
  #areSent = false;
  #place = 0;
  #isOver = false;

  constructor(reads: readonly BatchedQuery[]) {
    this.#reads = reads;
  }

  /** Whether their answers come. */
  get areSent(): boolean {
    return this.#areSent;
  }

  get name(): string {
    return this.#reads[this.#place]?.name ?? '';
  }

  get text(): string {
    return this.#reads[this.#place]?.text ?? '';
  }

  /** Writes them, and the `Sync` that ends them. */
  send(connection: QueryConnection): void {
    if (this.#reads.length === 0) return;
    for (const read of this.#reads) read.write(connection);
    connection.sync();
    this.#areSent = true;
  }

  /** Their turn: their answers come. */
  submit(connection: QueryConnection): null {
    this.#reads[0]!.expectAnswer(connection);
    return null;
  }

  handleRowDescription(message: object): void {
    this.#reads[this.#place]?.handleRowDescription(message as never);
  }

  handleDataRow(message: object): void {
    this.#reads[this.#place]?.handleDataRow(message as never);
  }

  handleCommandComplete(_message: object, connection: QueryConnection): void {
    this.#place += 1;
    if (!this.#isOver) this.#reads[this.#place]?.expectAnswer(connection);
  }

  handleReadyForQuery(connection: QueryConnection): void {
    if (this.#isOver) return;
    this.#isOver = true;
    for (const read of this.#reads) read.handleReadyForQuery(connection);
    this.callback();
  }

  handleError(error: Error, connection: QueryConnection): void {
    if (this.#isOver) return;
    this.#isOver = true;
    const failed = this.#reads[this.#place];
    if (failed && isForgotten(error)) delete connection.parsedStatements[failed.name];
    for (const [index, read] of this.#reads.entries()) {
      if (index >= this.#place) forgetParse(read, connection);
      read.handleError(new UnansweredRead(), connection);
    }
    this.callback(error);
  }

  handleEmptyQuery(): void {}
  handlePortalSuspended(): void {}
}
