/**
 * A write of `pg` with the reads that trail it (`trailing-reads.ts`): one message to the server, which ends with one `Sync`, and
 * one transaction.
 *
 * The write counts as done once the server has answered the `Sync`, because a deferred constraint may refuse it then. If a
 * read fails, the server undoes the write, so it is sent again without reads.
 */
import { type ClientQuery, type QueryConnection, withoutSync } from './pg-internals.ts';
import { type BatchedQuery, forgetParse } from './query-batch.ts';

/** The end of a read whose write was refused, or sent again without it. It has no SQLSTATE, so that no code sends the read again. */
class UnansweredRead extends Error {
  override readonly name = 'UnansweredRead';

  constructor() {
    super('The write that the read trailed was refused, or sent again.');
  }
}

export interface WriteWithReads {
  readonly write: ClientQuery;
  readonly reads: readonly BatchedQuery[];
  /** Called once the transaction is committed, before the write's own callback. */
  readonly onAnswered: () => void;
  /** Sends the write alone. */
  readonly sendAgain: () => void;
}

export class WriteBatch {
  /** Called after the last answer. `pg` puts its own in its place if queries have a time limit. */
  callback: (error?: Error) => void = () => {};
  readonly #parts: WriteWithReads;
  readonly #queries: readonly (ClientQuery | BatchedQuery)[];
  /** The place of the query whose answer comes now. */
  #place = 0;
  #isOver = false;

  constructor(parts: WriteWithReads) {
    this.#parts = parts;
    this.#queries = [parts.write, ...parts.reads];
  }

  /** `pg` keeps the statements that a connection has prepared by this name and text. */
  get name(): string {
    return this.#queries[this.#place]?.name ?? '';
  }

  get text(): string {
    return this.#queries[this.#place]?.text ?? '';
  }

  /** `pg` gives it the types of the client. */
  get _result(): unknown {
    return this.#parts.write._result;
  }

  submit(connection: QueryConnection): Error | null {
    const { write, reads } = this.#parts;
    const refuse = write.callback;
    write.callback = (error, result) => {
      this.#isOver ||= error !== null;
      refuse(error, result);
    };
    connection.stream.cork();
    const fault = write.submit(withoutSync(connection));
    // A value that cannot be written ends the write before it is sent.
    if (!fault && !this.#isOver) for (const read of reads) read.write(connection);
    if (!fault) connection.sync();
    connection.stream.uncork();
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
    this.#parts.reads[this.#place - 1]?.expectAnswer(connection);
  }

  handleReadyForQuery(connection: QueryConnection): void {
    if (this.#isOver) return;
    const { write, reads, onAnswered } = this.#parts;
    for (const read of reads) read.handleReadyForQuery(connection);
    onAnswered();
    write.handleReadyForQuery(connection);
    this.#isOver = true;
    this.callback();
  }

  handleError(error: Error, connection: QueryConnection): void {
    if (this.#isOver) return;
    this.#isOver = true;
    const { write, reads, sendAgain } = this.#parts;
    const isOfRead = 'severity' in error && this.#place > 0 && this.#place <= reads.length;
    this.#endReads(connection);
    if (isOfRead) sendAgain();
    else write.handleError(error, connection);
    this.callback(error);
  }

  handleEmptyQuery(): void {}
  handlePortalSuspended(): void {}

  /** The server has prepared those that it has answered, and no others. */
  #endReads(connection: QueryConnection): void {
    for (const [index, read] of this.#parts.reads.entries()) {
      if (index + 1 >= this.#place) forgetParse(read, connection);
      read.handleError(new UnansweredRead(), connection);
    }
  }
}
