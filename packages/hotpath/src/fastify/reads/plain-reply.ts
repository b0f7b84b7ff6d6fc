/** Replies of reads that no cache keeps, and JSON text as a reply. */
import type { FastifyReply } from 'fastify';
import type { ReadResult } from '../../cache/entry.ts';
import { requestError } from '../../http/errors.ts';
import { heldTag } from '../../http/etag.ts';
import { mustMatch } from '../../http/preconditions.ts';

/** The parts of a reply that a read decides. */
export type ShownRead = Pick<ReadResult, 'status' | 'body' | 'etag' | 'link'>;

/** Sends a body with its ETag, or a 304 to a client that holds the body already. @throws `notFound` */
export function sendShown(reply: FastifyReply, { status, body, etag, link }: ShownRead): FastifyReply {
  if (status === 404) throw requestError('notFound', body);
  mustMatch(reply.request.headers, etag);
  const held = heldTag(reply.request.headers['if-none-match'], etag);
  reply.header('etag', held ?? etag).header('cache-control', 'private, no-cache');
  if (link !== '') reply.header('link', link);
  return held ? reply.code(304).send() : sendJson(reply, body);
}

/** Sends JSON text without a change. */
export const sendJson = (reply: FastifyReply, body: string): FastifyReply =>
  reply.header('content-type', 'application/json; charset=utf-8').send(body);
