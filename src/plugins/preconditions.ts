/**
 * Preconditions: a change applies to the version of a row that `If-Match` names, and to no other.
 *
 * The version is part of the `where` of the one UPDATE that also raises it, so of two changes to the same version one
 * finds no row: it is refused with a 412, and overwrites nothing. Without `If-Match` a change applies to what is there.
 *
 *     const { count } = await app.prisma.user.updateMany({
 *       where: { id, ...ifMatch(request, user) },
 *       data: { ...body, version: { increment: 1 } },
 *     });
 *     return sendChanged(reply, { resource: user, where: { id }, changed: count > 0 });
 *
 * A time in microseconds fits no condition of Prisma's. `lockIfMatch` compares it in PostgreSQL and keeps the row
 * locked, so the change and the lock share a transaction:
 *
 *     const changed = await app.prisma.$transaction(async (tx) => {
 *       if (!(await lockIfMatch(request, { tx, resource: note, where: { id } }))) return false;
 *       …
 */
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Prisma } from '#client';
import { lockStatement } from '../engine/compile/lock.ts';
import { type RequestError, requestError } from '../engine/http/errors.ts';
import { etagOf, versionsOf } from '../engine/http/etag.ts';
import type { FixedFields } from '../engine/resource/fixed.ts';
import type { Resource } from '../engine/resource/resource.ts';
import { isVersionOfPrisma, versionsFor } from '../engine/resource/version.ts';
import { readRow, sendJson } from './reads.ts';

/**
 * The versions that a change applies to, as a condition on the row in the shape of Prisma's `where`.
 * @throws `preconditionFailed` for a resource without a version; TypeError for a version that needs `lockIfMatch`.
 */
export function ifMatch({ headers, server }: FastifyRequest, resource: Resource): object {
  const { version } = resource;
  const field = version === undefined ? undefined : server.resources.scalar(resource, version);
  if (field && !isVersionOfPrisma(field)) {
    throw new TypeError(`The version "${version}" of ${resource.name} is in microseconds: it needs lockIfMatch().`);
  }
  const versions = versionsOf(headers['if-match']);
  if (!versions) return {};
  if (!field) throw withoutVersion(resource);
  return { [field.name]: { in: versionsFor(server.resources.dataModel, field, versions) } };
}

export interface LockedChange {
  /** The transaction that makes the change. */
  readonly tx: Pick<Prisma.TransactionClient, '$queryRawUnsafe'>;
  readonly resource: Resource;
  /** The row that is to be changed. */
  readonly where: FixedFields;
}

/**
 * Locks a row until the transaction ends, if `If-Match` names a version. One statement, or none without the header.
 * @returns whether the change applies to the row.
 * @throws `preconditionFailed` for a resource without a version.
 */
export async function lockIfMatch({ headers, server }: FastifyRequest, change: LockedChange): Promise<boolean> {
  const { tx, resource, where } = change;
  const among = versionsOf(headers['if-match']);
  if (!among) return true;
  if (resource.version === undefined) throw withoutVersion(resource);
  if (among.length === 0) return false;
  const lock = { model: resource.model, where, version: resource.version, among };
  const { text, values } = lockStatement(server.resources.dataModel, lock);
  const rows = await tx.$queryRawUnsafe<object[]>(text, ...values);
  return rows.length > 0;
}

const withoutVersion = ({ name }: Resource): RequestError =>
  requestError('preconditionFailed', `A ${name} has no version, so no If-Match holds for it.`);

export interface Change {
  readonly resource: Resource;
  /** The row that was to be changed. */
  readonly where: FixedFields;
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
    const holds = versions === undefined || versions.includes(String(version));
    if (otherwise && holds) throw otherwise();
    const now = version ? `version ${version}` : 'another version';
    throw requestError('preconditionFailed', `This ${resource.name} is at ${now} by now.`);
  }
  const body = `{"data":${json}}`;
  return sendJson(reply.header('etag', etagOf(body, version)), body);
}
