/**
 * The life of a change. A handler checks the viewer and changes a row through Prisma; this file answers.
 *
 *     check     the condition of the handler's one UPDATE contains the preconditions of the request (`preconditions.ts`)
 *     work      the UPDATE changes one row or none
 *     read      the row as its viewer sees it now
 *     catch up  the instance learns what the change outdates (`catch-up.ts`)
 *     answer    the row; or the reason why the UPDATE found none: its absence, its version, or the handler's own
 *
 * `changeRow` takes a change of one statement. The statement takes the read of the row with it, and the read of what its
 * triggers logged (`trailing-reads.ts`), so the change is one trip to the database:
 *
 *     return changeRow(reply, { resource: post, where: { id } }, () =>
 *       app.prisma.post.updateMany({ where: { id, ...ifMatch(request, post) }, data }),
 *     );
 *
 * `sendChanged` answers after any other change, with one more trip:
 *
 *     return sendChanged(reply, { resource: post, where: { id }, changed });
 */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { currentLedger } from '../../budget/ledger.ts';
import type { ReadRow, Statement } from '../../compile/compile.ts';
import type { ReadFinish } from '../../compile/read-query.ts';
import { NAME_OWN_XID, OWN_CHANGES, type OwnChangesRow, toOwnChanges } from '../../freshness/log.ts';
import { type RequestError, requestError } from '../../http/errors.ts';
import { etagOf } from '../../http/etag.ts';
import { holdFor, preconditionsIn } from '../../http/preconditions.ts';
import type { FixedFields } from '../../resource/fixed.ts';
import type { Resource } from '../../resource/resource.ts';
import { TrailingReads } from '../../session/trailing-reads.ts';
import type { Hotpath } from '../instance.ts';
import { sendJson } from '../reads/plain-reply.ts';
import { readRow, rowStatement } from '../reads/row.ts';
import { changesKnown, writeCommitted } from './catch-up.ts';
import { unmetFor } from './preconditions.ts';

/** The row of a change, for `changeRow`. */
export interface RowChange {
  /** The resource of the row. */
  readonly resource: Resource;
  /** The row that was to be changed. */
  readonly where: FixedFields;
  /** The reason why it was not changed, if that is neither its absence nor its version. */
  readonly otherwise?: () => RequestError;
}

/** An attempted change, for `sendChanged`. */
export interface Change extends RowChange {
  /** Whether the row was changed. */
  readonly changed: boolean;
}

const NAMING: Statement = { text: NAME_OWN_XID, values: [], name: 'hotpath name transaction' };
const OWN: Statement = { text: OWN_CHANGES, values: [], name: 'hotpath own changes' };

/**
 * Changes a row and answers with it as the viewer sees it then, with its ETag. Two statements, and one trip to the database if
 * the client of `update` uses the pool of the service, a `Pool` of this library.
 * @param update the change, which is one statement outside a transaction; its `count` is of changed rows.
 * @throws as `update`; `notFound` if the row does not exist; `preconditionFailed` if it has another version.
 */
export async function changeRow(
  reply: FastifyReply,
  change: RowChange,
  update: () => PromiseLike<{ readonly count: number }>,
): Promise<FastifyReply> {
  const { request } = reply;
  const { ledger } = request;
  const isFirst = ledger.statements === 0;
  const reads = new ReadsOfChange(request, change);
  const { count } = await reads.trailing.during(update);
  const changed = count > 0;
  if (!reads.trailing.areAnswered) {
    if (reads.trailing.areSent) ledger.setAside(reads.statement.text);
    return sendChanged(reply, { ...change, changed });
  }
  if (changed) {
    const token = await reads.learn();
    // An earlier statement may have been a write, too, which only the log can tell.
    if (isFirst && token !== undefined) changesKnown(request, token);
    else writeCommitted(request);
  }
  return sendRow(reply, { ...change, changed }, await reads.row());
}

/** The reads that trail a change. */
class ReadsOfChange {
  /** The statement that reads the row. */
  readonly statement: Statement;
  readonly trailing: TrailingReads;
  readonly #hotpath: Hotpath;
  /** Whether the follower learns from the reads: with standbys it must read the log itself. */
  readonly #isReported: boolean;
  readonly #row = new Answer<ReadRow>();
  readonly #naming = new Answer<{ readonly xid: string | null }>();
  readonly #own = new Answer<OwnChangesRow>();

  constructor({ server: { hotpath }, viewer }: FastifyRequest, change: RowChange) {
    const { prepared } = hotpath;
    this.#hotpath = hotpath;
    this.#isReported = hotpath.standbys === undefined;
    this.statement = rowStatement(hotpath, { ...change, viewer });
    this.trailing = new TrailingReads({
      inside: (session) => {
        prepared.run(session, this.statement, this.#row.finish);
        if (this.#isReported) prepared.runUncounted(session, NAMING, this.#naming.finish as ReadFinish);
      },
      after: (session) => {
        if (this.#isReported) prepared.runUncounted(session, OWN, this.#own.finish as ReadFinish);
      },
    });
  }

  /** Tells the follower what the transaction has changed. @returns a token; undefined if the log must be read. */
  async learn(): Promise<string | undefined> {
    if (!this.#isReported) return undefined;
    try {
      const { xid } = await this.#naming.promise;
      const changes = toOwnChanges(await this.#own.promise, xid);
      return changes && this.#hotpath.follower.learn(changes);
    } catch {
      return undefined;
    }
  }

  /** The row. It is read once more if its answer was lost: its session may have ended after the commit. */
  async row(): Promise<ReadRow> {
    try {
      return await this.#row.promise;
    } catch {
      currentLedger()?.setAside(this.statement.text);
      return this.#hotpath.execute(this.statement);
    }
  }
}

/**
 * Answers with the row as the viewer sees it now, with its ETag. One statement. The change is committed by then.
 * @throws `notFound` if the row does not exist; `preconditionFailed` if it has another version.
 */
export async function sendChanged(reply: FastifyReply, change: Change): Promise<FastifyReply> {
  const { server, viewer } = reply.request;
  if (change.changed) writeCommitted(reply.request);
  return sendRow(reply, change, await readRow(server.hotpath, { ...change, viewer }));
}

function sendRow(
  reply: FastifyReply,
  { resource, changed, otherwise }: Change,
  { json, version = null }: ReadRow,
): FastifyReply {
  if (json === null) throw requestError('notFound', `There is no such ${resource.name}.`);
  if (!changed) {
    if (otherwise && holdFor(preconditionsIn(reply.request.headers), version)) throw otherwise();
    throw unmetFor(resource, version);
  }
  const body = `{"data":${json}}`;
  return sendJson(reply.header('etag', etagOf(body, version)), body);
}

/** The answer to a read that trails a write, which no code may wait for. */
class Answer<Row> {
  readonly promise: Promise<Row>;
  readonly finish: (error: Error | null, row?: Row) => void;

  constructor() {
    const { promise, resolve, reject } = Promise.withResolvers<Row>();
    promise.catch(() => {});
    this.promise = promise;
    this.finish = (error, row) => (error ? reject(error) : resolve(row!));
  }
}
