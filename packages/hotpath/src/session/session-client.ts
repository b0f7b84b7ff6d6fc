/**
 * A connection to the database that runs no statement before the session's settings are right (`settings.ts`).
 *
 * It also knows when it should be replaced:
 * - Its server refused a write as read-only. A server that was known to be read-only is tried again every few seconds.
 * - A statement that was prepared before a change of the schema failed. Outside a transaction the connection runs it
 *   once more without its name, within the same call, and reports only a second error. Inside a transaction it fails.
 */
import pg from 'pg';
import { mayBeStale, READ_ONLY, sqlstateOf } from './error-codes.ts';
import { afterAnswer } from './no-server.ts';
import { clientQuery, owesAnswer, processIdOf, queueOf, socketOf, startupParametersOf } from './pg-internals.ts';
import { type BatchedQuery, QueryBatch } from './query-batch.ts';
import { openRowSource } from './raw-rows.ts';
import {
  complaintAbout,
  SessionSettingsError,
  type SessionState,
  STARTUP_PARAMETERS,
  schemaOf,
  settle,
} from './settings.ts';
import { currentTrailingReads, type TrailingReads } from './trailing-reads.ts';
import { ReadsAfter, WriteBatch } from './write-batch.ts';

/** How long a connection to a server that takes no writes is kept: by then the address may lead to another server. */
const READ_ONLY_LIFE_MS = 5000;

type Callback = (error: Error | null, result?: unknown) => void;
type Send = (...args: unknown[]) => unknown;

/** Sends a statement once, whether it succeeds or fails. */
const sendAlone = pg.Client.prototype.query as Send;

/** The configuration of a client: `pg`'s own. */
export interface SessionClientConfig extends pg.ClientConfig {
  /** Whether the server is a standby, so that a connection which takes no writes is kept. */
  readonly isStandby?: boolean;
}

/** A client of `pg` whose session has the settings that compiled reads depend on. */
export class SessionClient extends pg.Client {
  static {
    // As a method it would have to repeat seven overloads.
    SessionClient.prototype.query = function (this: SessionClient, ...args: unknown[]) {
      if (this.#preparesNothing && typeof args[0] === 'object') args[0] = unnamed(args[0]!);
      if (this.#gathered && isBatched(args[0])) return this.#gathered.push(args[0]);
      const trailing = currentTrailingReads();
      const send: Send = trailing ? (...given) => this.#sendWith(trailing, given) : sendAlone.bind(this);
      return isNamed(args[0]) ? this.#sendNamed(args, send) : send(...args);
    } as pg.Client['query'];
  }

  readonly openedAt = performance.now();
  #gathered: BatchedQuery[] | undefined;
  readonly #schema: string;
  readonly #isStandby: boolean;
  #isDirect = false;
  #isReadOnly = false;
  #hasTurnedReadOnly = false;
  #hasStaleStatement = false;
  #preparesNothing = false;
  /** Whether reads may trail a write: until one of them has failed. */
  #takesTrailingReads = true;

  constructor(config: SessionClientConfig = {}) {
    super(config);
    this.#isStandby = config.isStandby === true;
    this.#schema = schemaOf(config.connectionString);
    openRowSource(this.connection);
    this.connection.on('errorMessage', (error: unknown) => {
      if (sqlstateOf(error) !== READ_ONLY || this.#isReadOnly) return;
      this.#isReadOnly = true;
      this.#hasTurnedReadOnly = true;
    });
  }

  /** Whether the connection leads to PostgreSQL itself, and not to a pooler. */
  get isDirect(): boolean {
    return this.#isDirect;
  }

  /** Whether the server took no writes when it was last heard of. */
  get isReadOnly(): boolean {
    return this.#isReadOnly;
  }

  /** Whether the server took writes when the connection was opened, and has refused one since. */
  get hasTurnedReadOnly(): boolean {
    return this.#hasTurnedReadOnly;
  }

  /** Whether a new connection should replace it as soon as it is free. */
  get isSpent(): boolean {
    if (this.#hasTurnedReadOnly || this.#hasStaleStatement) return true;
    return this.#isReadOnly && !this.#isStandby && performance.now() - this.openedAt > READ_ONLY_LIFE_MS;
  }

  /** From now on statements have no name, so each is prepared for one execution. */
  prepareNothing(): void {
    this.#preparesNothing = true;
  }

  /** Breaks the connection, so that what was sent on it fails at once. */
  breakOff(): void {
    socketOf(this).destroy();
  }

  /** Overrides a method that the types of `pg` do not declare: the parameters of the startup message. */
  getStartupConf(): Record<string, string> {
    return { ...startupParametersOf(this), ...STARTUP_PARAMETERS };
  }

  /** Sends the reads that `submit` passes to `query` or `resend` as one batch, after `first`. */
  gather(submit: () => void, first: readonly BatchedQuery[] = []): void {
    const gathered = this.#gather(submit, first);
    if (gathered.length === 1) sendAlone.call(this, gathered[0]);
    if (gathered.length > 1) {
      sendAlone.call(this, new QueryBatch(gathered, (more, skipped) => this.gather(more, skipped)));
    }
  }

  #gather(submit: () => void, first: readonly BatchedQuery[] = []): readonly BatchedQuery[] {
    const gathered = [...first];
    this.#gathered = gathered;
    try {
      submit();
    } finally {
      this.#gathered = undefined;
    }
    return gathered;
  }

  /** Sends a statement, with the reads that trail it if it is the write that they wait for. */
  #sendWith(trailing: TrailingReads, args: unknown[]): unknown {
    const isAlone = this.getTransactionStatus() === 'I' && owesAnswer(this) === false;
    const reads = trailing.take(
      textOf(args[0]),
      isAlone && this.#isDirect && this.#takesTrailingReads && mayTakeReads(args),
    );
    if (!reads) return sendAlone.apply(this, args);
    const write = clientQuery(args);
    const { promise, resolve, reject } = Promise.withResolvers();
    const isAwaited = !write.callback;
    write.callback ??= (error, result) => (error ? reject(error) : resolve(result));
    const { callback } = write;
    const inside = this.#gather(() => reads.inside(this));
    const after = new ReadsAfter(this.#gather(() => reads.after(this)));
    const expectAfter = () => this.#sendAhead(after);
    const onAnswered = () => {
      if (this.getTransactionStatus() === 'I') trailing.committed();
    };
    const sendAgain = () => {
      this.#takesTrailingReads = false;
      const again = clientQuery(args);
      again.callback = callback;
      this.#sendAhead(again, after);
    };
    const timeoutMs = (Object(args[0]) as { query_timeout?: number }).query_timeout;
    sendAlone.call(this, new WriteBatch({ write, inside, after, expectAfter, timeoutMs, onAnswered, sendAgain }));
    return isAwaited ? promise : undefined;
  }

  /** Sends a query before those that wait already. @param first goes before it if it waits, too. */
  #sendAhead(query: object, first?: object): void {
    const queue = queueOf(this);
    const later = queue.splice(first ? queue.indexOf(first) + 1 : 0);
    sendAlone.call(this, query);
    queue.push(...later);
  }

  /** Sends a read whose statement is counted already: the attempt before it had no effect, or is the same read. */
  resend(given: BatchedQuery): void {
    const query = this.#preparesNothing ? unnamed(given) : given;
    if (this.#gathered) this.#gathered.push(query);
    else sendAlone.call(this, query);
  }

  /** @throws {SessionSettingsError} if the session's settings are wrong. */
  override connect(): Promise<pg.Client>;
  override connect(callback: (error: Error | null, client?: pg.Client) => void): void;
  override connect(callback?: (error: Error | null, client?: pg.Client) => void): Promise<pg.Client> | undefined {
    if (!callback) {
      return new Promise((resolve, reject) => {
        this.connect((error) => (error ? reject(error) : resolve(this)));
      });
    }
    super.connect((error: Error | null) => (error ? callback(error) : this.#settle(callback)));
    return undefined;
  }

  /** Bypasses `query`, which may count statements for the request that waits for the connection. */
  #settle(callback: (error: Error | null, client?: pg.Client) => void): void {
    const processId = processIdOf(this);
    const schema = this.#schema;
    // No code listens yet, and an error without a listener ends the process.
    const ignore = () => {};
    this.on('error', ignore);
    sendAlone.call(this, settle(schema, processId ?? 0), (error: Error | null, results?: pg.QueryResult[]) => {
      const state: SessionState = results?.[1]?.rows[0] ?? {};
      const complaint = error ? undefined : complaintAbout(state, { schema, processId: processId ?? 0 });
      const fault = complaint ? new SessionSettingsError(complaint) : error && afterAnswer(error);
      if (fault) {
        void this.end();
        return callback(fault);
      }
      this.#isDirect = state['process'] === String(processId);
      this.#isReadOnly = state['transaction_read_only'] === 'on';
      this.off('error', ignore);
      callback(null, this);
    });
  }

  #sendNamed(args: unknown[], send: Send): unknown {
    const again = [{ ...(args[0] as object), name: undefined }, ...args.slice(1)];
    const last = args.length - 1;
    const callback = args[last];
    if (typeof callback !== 'function') {
      return (send(...args) as Promise<unknown>).catch(async (error: Error) => {
        if (!this.#mayRunAgain(error)) throw error;
        const result = await send(...again);
        this.#hasStaleStatement = true;
        return result;
      });
    }
    const finish: Callback = (error, result) => {
      if (!error || !this.#mayRunAgain(error)) return callback(error, result);
      const secondFinish: Callback = (secondError, secondResult) => {
        this.#hasStaleStatement ||= !secondError;
        callback(secondError, secondResult);
      };
      send(...again.slice(0, last), secondFinish);
    };
    return send(...args.slice(0, last), finish);
  }

  #mayRunAgain(error: Error): boolean {
    if (!mayBeStale(error)) return false;
    const isAlone = this.getTransactionStatus() === 'I';
    this.#hasStaleStatement ||= !isAlone;
    return isAlone;
  }
}

const isBatched = (query: unknown): query is BatchedQuery =>
  typeof (query as Partial<BatchedQuery> | undefined)?.expectAnswer === 'function';

const textOf = (statement: unknown): string =>
  typeof statement === 'string' ? statement : String((Object(statement) as { text?: unknown }).text);

/** Whether a statement can share a message: one of `pg`'s own queries, of one statement, whose rows come at once. */
function mayTakeReads([statement, values]: readonly unknown[]): boolean {
  const { rows, values: own } = Object(statement) as { rows?: unknown; values?: unknown };
  const hasValues = [values, own].some((each) => Array.isArray(each) && each.length > 0);
  // Without values, a text may contain several statements.
  return !hasSubmit(statement) && !rows && (hasValues || !textOf(statement).includes(';'));
}

/** The same query without the name of a prepared statement. */
const unnamed = <Query extends object>(query: Query): Query =>
  'submit' in query || 'expectAnswer' in query ? Object.assign(query, { name: '' }) : { ...query, name: '' };

const hasSubmit = (statement: unknown): boolean => 'submit' in Object(statement);

const isNamed = (statement: unknown): boolean =>
  !hasSubmit(statement) && Boolean((Object(statement) as { name?: string }).name);
