/**
 * The life of a creation. A handler checks the viewer and writes through `tx`; this file does the rest, in one transaction,
 * so that a crash at any point leaves all of it or nothing:
 *
 *     check     the preconditions of the request allow a creation
 *     claim     a request with an `Idempotency-Key` claims it, or gets the reply that was kept for it
 *     work      the handler's own statements
 *     read      the created row, as its viewer may see it
 *     keep      the reply, for requests that come with the same key
 *     answer    after the commit, so the handler cannot send a reply before it
 *
 *     return createOnce(reply, async (tx) => {
 *       const { id } = await tx.post.create({ data, select: { id: true } });
 *       return { resource: post, where: { id }, location: uri`/v1/posts/${id}` };
 *     });
 */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { etagOf } from '../../http/etag.ts';
import { headerUri } from '../../http/links.ts';
import type { FixedFields } from '../../resource/fixed.ts';
import type { Resource } from '../../resource/resource.ts';
import { inTransaction, type RawQueries, type RegisteredTransaction } from '../prisma-client.ts';
import { sendJson } from '../reads/plain-reply.ts';
import { readRow } from '../reads/row.ts';
import { claimKey, idempotencyKeyOf, type KeptReply, keepReply } from './idempotency-key.ts';
import { mustCreate } from './preconditions.ts';

/** A created row, shown as its creator may see it, or other data about the creation. */
export type Created =
  | {
      readonly resource: Resource;
      readonly where: FixedFields;
      /** The URI at which it is read: uri`/v1/posts/${id}`. */
      readonly location: string;
      /** 201 without it. */
      readonly status?: 202;
    }
  | { readonly status: 200 | 201; readonly data: object };

type Work = (tx: RegisteredTransaction) => Promise<Created>;

/**
 * Does the work in a transaction and answers with the created row or data. An error of the work rolls it back.
 * @throws as `mustCreate`
 */
export async function createOnce(reply: FastifyReply, work: Work): Promise<FastifyReply> {
  const { request } = reply;
  mustCreate(request);
  const key = idempotencyKeyOf(request);
  const answer = await inTransaction(request.server.hotpath.prisma, async (tx) => {
    const kept = key && (await claimKey(tx, key));
    if (kept) return kept;
    const made = await answerTo(request, await work(tx), tx);
    if (key) await keepReply(tx, key, made);
    return made;
  });
  return sendJson(reply.code(answer.status).headers(answer.headers), answer.body);
}

async function answerTo({ server, viewer }: FastifyRequest, created: Created, tx: RawQueries): Promise<KeptReply> {
  if ('data' in created) return { status: created.status, headers: {}, body: JSON.stringify({ data: created.data }) };
  const { json, version } = await readRow(server.hotpath, { ...created, viewer }, tx);
  const body = `{"data":${json}}`;
  const { location, status = 201 } = created;
  return { status, headers: { location: headerUri(location), etag: etagOf(body, version) }, body };
}
