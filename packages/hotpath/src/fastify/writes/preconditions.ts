/**
 * Preconditions of writes: a change applies to the version of a row that `If-Match` names, and to no version that
 * `If-None-Match` names. They are evaluated last (RFC 9110, 13.2): if a request would be refused without them, it gets
 * the same refusal with them.
 *
 * The version is part of the `where` of the one UPDATE that also raises it. So of two changes to the same version one
 * finds no row: the server refuses it with a 412, and it overwrites nothing and locks nothing. Without the headers a
 * change applies to the row in any version.
 *
 *     const { count } = await app.prisma.user.updateMany({
 *       where: { id, ...ifMatch(request, user) },
 *       data: { ...body, version: { increment: 1 } },
 *     });
 *     return sendChanged(reply, { resource: user, where: { id }, changed: count > 0 });
 *
 * A time in microseconds does not fit a condition of Prisma. `lockIfMatch` compares it in PostgreSQL and keeps the row
 * locked, so the change and the lock share a transaction:
 *
 *     const changed = await app.prisma.$transaction(async (tx) => {
 *       if (!(await lockIfMatch(request, { tx, resource: note, where: { id } }))) return false;
 *       …
 */
import type { FastifyRequest } from 'fastify';
import { lockStatement } from '../../compile/lock.ts';
import { type RequestError, requestError } from '../../http/errors.ts';
import { holdFor, holdForNone, preconditionsIn } from '../../http/preconditions.ts';
import type { FixedFields } from '../../resource/fixed.ts';
import { noRows } from '../../resource/no-rows.ts';
import type { Resource } from '../../resource/resource.ts';
import { isVersionOfPrisma, versionsFor } from '../../resource/version.ts';
import type { RawQueries } from '../prisma-client.ts';

/**
 * The versions that a change applies to, as a condition on the row in the shape of Prisma's `where`.
 * @throws `invalidRequest` for a malformed header; TypeError for a version that needs `lockIfMatch`.
 */
export function ifMatch({ headers, server }: FastifyRequest, resource: Resource): object {
  const { version } = resource;
  const field = version === undefined ? undefined : server.hotpath.resources.scalar(resource, version);
  if (field && !isVersionOfPrisma(field)) {
    throw new TypeError(`The version "${version}" of ${resource.name} is in microseconds: it needs lockIfMatch().`);
  }
  const { ifMatch = 'any', ifNoneMatch = [] } = preconditionsIn(headers);
  const model = server.hotpath.resources.dataModel.models[resource.model]!;
  if (ifNoneMatch === 'any') return noRows(model);
  const isConditional = ifMatch !== 'any' || headers['if-none-match'] !== undefined;
  if (!isConditional) return {};
  if (!field) return noRows(model);
  const versions = (named: readonly string[]) => versionsFor(server.hotpath.resources.dataModel, field, named);
  const among = ifMatch === 'any' ? {} : { in: versions(ifMatch) };
  return { [field.name]: { ...among, notIn: versions(ifNoneMatch) } };
}

/** A change that is about to be made, for `lockIfMatch`. */
export interface LockedChange {
  /** The transaction that makes the change. */
  readonly tx: Pick<RawQueries, '$queryRawUnsafe'>;
  /** The resource of the row. */
  readonly resource: Resource;
  /** The row that is to be changed. */
  readonly where: FixedFields;
}

/**
 * Locks a row until the transaction ends, if the request has a precondition that names versions. One statement, or none
 * without such a precondition.
 * @returns whether the change applies to the row.
 * @throws `invalidRequest` for a malformed header.
 */
export async function lockIfMatch({ headers, server }: FastifyRequest, change: LockedChange): Promise<boolean> {
  const { tx, resource, where } = change;
  const { ifMatch = 'any', ifNoneMatch = [] } = preconditionsIn(headers);
  if (ifNoneMatch === 'any' || ifMatch.length === 0) return false;
  if (ifMatch === 'any' && headers['if-none-match'] === undefined) return true;
  if (resource.version === undefined) return false;
  const among = ifMatch === 'any' ? {} : { among: ifMatch };
  const lock = { model: resource.model, where, version: resource.version, ...among, except: ifNoneMatch };
  const { text, values } = lockStatement(server.hotpath.qualified.dataModel, lock);
  const rows = await tx.$queryRawUnsafe<object[]>(text, ...values);
  return rows.length > 0;
}

/** The version of a row; `null` for a row without a version, `undefined` if the row does not exist. */
export type CurrentVersion = string | null | undefined;

/**
 * Refuses a change whose preconditions fail for the version of a row.
 * @throws `preconditionFailed` if they fail for this version; `invalidRequest`
 */
export function mustHoldFor({ headers }: FastifyRequest, resource: Resource, version: CurrentVersion): void {
  const preconditions = preconditionsIn(headers);
  if (version === undefined ? holdForNone(preconditions) : holdFor(preconditions, version)) return;
  throw unmetFor(resource, version);
}

/** Whether a request has a precondition at all. */
export const isConditional = ({ headers }: FastifyRequest): boolean =>
  headers['if-match'] !== undefined || headers['if-none-match'] !== undefined;

/**
 * The preconditions of a request that creates a row below its path. Its target is the list at that path, if a list is
 * read there. A list has no version, so no entity tag is known to be current or not, and a precondition with tags
 * fails.
 * @throws `preconditionFailed`, `invalidRequest`
 */
export function mustCreate(request: FastifyRequest): void {
  if (!isConditional(request)) return;
  const { headers, server, routeOptions } = request;
  const { ifMatch, ifNoneMatch } = preconditionsIn(headers);
  const isRead = server.findRoute({ method: 'GET', url: routeOptions.url! }) !== null;
  if (isRead && ifMatch !== undefined && ifMatch !== 'any')
    throw unmet('A list has no version that If-Match can name.');
  if (isRead && ifNoneMatch !== undefined) throw unmet('If-None-Match fails, because the list exists.');
  if (!isRead && ifMatch !== undefined) throw unmet('There is nothing at this path that If-Match can name.');
}

/** The refusal of a change whose preconditions do not hold for the version that the row has now. */
export function unmetFor({ name, version: declared }: Resource, version: CurrentVersion): RequestError {
  if (version === undefined) return unmet(`There is no such ${name}, so If-Match fails.`);
  if (declared === undefined) return unmet(`A ${name} has no version, so If-Match and If-None-Match with tags fail.`);
  return unmet(`This ${name} now has ${version === null ? 'another version' : `version ${version}`}.`);
}

const unmet = (detail: string): RequestError => requestError('preconditionFailed', detail);
