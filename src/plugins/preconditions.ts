/**
 * Preconditions: a change applies to the version of a row that `If-Match` names, and to no other.
 *
 * The version is part of the `where` of the one UPDATE that also raises it, so of two changes to the same version one
 * finds no row: it is refused with a 412, and overwrites nothing. Without `If-Match` a change applies to what is there.
 *
 *     const { count } = await app.prisma.user.updateMany({
 *       where: { id, ...ifMatch(request) },
 *       data: { ...body, version: { increment: 1 } },
 *     });
 *     return sendChanged(reply, { resource: user, where: { id }, changed: count > 0 });
 */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type RequestError, requestError } from '../engine/http/errors.ts';
import { etagOf, versionsOf } from '../engine/http/etag.ts';
import type { Resource } from '../engine/resource/resource.ts';
import { readRow, sendJson } from './reads.ts';

/** The versions that a change applies to, as a condition on the row. */
export function ifMatch({ headers }: FastifyRequest): { version?: { in: number[] } } {
  const versions = versionsOf(headers['if-match']);
  return versions ? { version: { in: versions } } : {};
}

export interface Change {
  readonly resource: Resource;
  /** The row that was to be changed. */
  readonly where: Readonly<Record<string, string | number>>;
  /** Whether it was. */
  readonly changed: boolean;
  /** Why it was not, if neither its absence nor its version is the reason. */
  readonly otherwise?: () => RequestError;
}

/**
 * Answers with the row as the viewer sees it now, with its ETag. One statement.
 * @throws `notFound` if there is no such row; `preconditionFailed` if it is of another version.
 */
export async function sendChanged(reply: FastifyReply, { resource, where, changed, otherwise }: Change) {
  const { server, viewer, headers } = reply.request;
  const { json, version } = await readRow(server, { resource, where, viewer });
  if (json === null) throw requestError('notFound', `There is no such ${resource.name}.`);
  if (!changed) {
    const versions = versionsOf(headers['if-match']);
    const holds = versions === undefined || versions.includes(Number(version));
    if (otherwise && holds) throw otherwise();
    throw requestError('preconditionFailed', `This ${resource.name} is at version ${version} by now.`);
  }
  const body = `{"data":${json}}`;
  return sendJson(reply.header('etag', etagOf(body, version)), body);
}
