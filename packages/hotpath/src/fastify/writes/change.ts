/**
 * The life of a change. A handler checks the viewer and changes a row through Prisma; this file answers.
 *
 *     check     the condition of the handler's one UPDATE contains the preconditions of the request (`preconditions.ts`)
 *     work      the UPDATE changes one row or none
 *     catch up  the follower reads the log, while the reply's row is read (`catch-up.ts`)
 *     read      the row as its viewer sees it now
 *     answer    the row; or the reason why the UPDATE found none: its absence, its version, or the handler's own
 *
 *     const { count } = await app.prisma.post.updateMany({ where: { id, ...ifMatch(request, post) }, data });
 *     return sendChanged(reply, { resource: post, where: { id }, changed: count > 0 });
 */
import type { FastifyReply } from 'fastify';
import { type RequestError, requestError } from '../../http/errors.ts';
import { etagOf } from '../../http/etag.ts';
import { holdFor, preconditionsIn } from '../../http/preconditions.ts';
import type { FixedFields } from '../../resource/fixed.ts';
import type { Resource } from '../../resource/resource.ts';
import { sendJson } from '../reads/plain-reply.ts';
import { readRow } from '../reads/row.ts';
import { writeCommitted } from './catch-up.ts';
import { unmetFor } from './preconditions.ts';

/** An attempted change, for `sendChanged`. */
export interface Change {
  /** The resource of the row. */
  readonly resource: Resource;
  /** The row that was to be changed. */
  readonly where: FixedFields;
  /** Whether the row was changed. */
  readonly changed: boolean;
  /** The reason why it was not changed, if that is neither its absence nor its version. */
  readonly otherwise?: () => RequestError;
}

/**
 * Answers with the row as the viewer sees it now, with its ETag. One statement. The change is committed by then.
 * @throws `notFound` if the row does not exist; `preconditionFailed` if it has another version.
 */
export async function sendChanged(reply: FastifyReply, { resource, where, changed, otherwise }: Change) {
  const { server, viewer, headers } = reply.request;
  if (changed) writeCommitted(reply.request);
  const { json, version = null } = await readRow(server.hotpath, { resource, where, viewer });
  if (json === null) throw requestError('notFound', `There is no such ${resource.name}.`);
  if (!changed) {
    if (otherwise && holdFor(preconditionsIn(headers), version)) throw otherwise();
    throw unmetFor(resource, version);
  }
  const body = `{"data":${json}}`;
  return sendJson(reply.header('etag', etagOf(body, version)), body);
}
