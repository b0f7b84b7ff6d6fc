/**
 * Idempotency: a creating request that carries an `Idempotency-Key` creates once, however often the client sends it.
 *
 *     return createOnce(reply, async (tx) => {
 *       const { id } = await tx.post.create({ data, select: { id: true } });
 *       return { resource: post, where: { id }, location: uri`/v1/posts/${id}` };
 *     });
 *
 * With or without a key, the work runs in here, writes through `tx`, and returns a description of the created row. It
 * cannot send a reply before the transaction commits.
 *
 * - One transaction claims the key, does the work and keeps the reply. All three commit together, so a crash at any
 *   point leaves all or nothing, and a retry replays or starts again.
 * - A claim inserts the key's row. The unique index makes a twin, a second request with the same key, wait for the end
 *   of the first transaction. If that commits, the twin replays the reply; if it fails, the twin does the work itself.
 *   A twin waits no longer than a statement may take.
 * - A refusal rolls back, and its key with it. The server does not keep refusals: it judges a retry by the state at
 *   that time.
 * - A key belongs to the viewer and to the route. The server refuses a key that comes again with another path or body.
 *   After a day the key is free, and later claims delete it.
 */
import { createHash } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { requestError } from '../../http/errors.ts';
import { etagOf } from '../../http/etag.ts';
import { headerUri } from '../../http/links.ts';
import type { FixedFields } from '../../resource/fixed.ts';
import type { Resource } from '../../resource/resource.ts';
import { inTransaction, type RawQueries, type RegisteredTransaction } from '../prisma-client.ts';
import { sendJson } from '../reads/plain-reply.ts';
import { readRow } from '../reads/row.ts';
import { mustCreate } from './preconditions.ts';

/** The statements that a key costs. */
export const KEY_STATEMENTS = 2;

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
  const key = keyOf(request);
  const answer = await inTransaction(request.server.hotpath.prisma, async (tx) => {
    const kept = key && (await claim(tx, key));
    if (kept) return kept;
    const made = await answerTo(request, await work(tx), tx);
    if (key) await keep(tx, key, made);
    return made;
  });
  return sendJson(reply.code(answer.status).headers(answer.headers), answer.body);
}

interface Key {
  readonly subject: string;
  readonly route: string;
  readonly key: string;
  /** A hash of the request that the key was sent with. */
  readonly fingerprint: Uint8Array<ArrayBuffer>;
}

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const VISIBLE_ASCII = /^[\x21-\x7e]{1,255}$/;

function keyOf({ headers, viewer, method, url, body, routeOptions }: FastifyRequest): Key | undefined {
  const key = headers['idempotency-key']?.toString();
  if (key === undefined) return undefined;
  if (!VISIBLE_ASCII.test(key)) {
    const detail = 'must be 1 to 255 visible ASCII characters';
    throw requestError('invalidRequest', `Idempotency-Key: ${detail}`, [{ parameter: 'Idempotency-Key', detail }]);
  }
  if (viewer.subject === undefined) throw requestError('unauthenticated', 'This needs a bearer token.');
  const fingerprint = createHash('sha256')
    .update(`${url}\n${JSON.stringify(body)}`)
    .digest();
  return {
    subject: viewer.subject,
    route: `${method} ${routeOptions.url}`,
    key,
    fingerprint: new Uint8Array(fingerprint),
  };
}

/** Each claim deletes up to two expired keys of others, so that the table stays small without a job. */
const CLAIM = `
WITH expired AS (
  DELETE FROM "hotpath"."idempotency_keys" WHERE ctid = ANY (ARRAY(
    SELECT ctid FROM "hotpath"."idempotency_keys"
    WHERE expires_at < now() AND (schema, subject, route, key) <> (current_schema(), $1, $2, $3)
    LIMIT 2 FOR UPDATE SKIP LOCKED))
)
INSERT INTO "hotpath"."idempotency_keys" AS kept (subject, route, key, fingerprint, expires_at)
VALUES ($1, $2, $3, $4, now() + interval '1 day')
ON CONFLICT (schema, subject, route, key) DO UPDATE
SET fingerprint = excluded.fingerprint, created_at = excluded.created_at, expires_at = excluded.expires_at
WHERE kept.expires_at <= now()`;

/** Claims the key, also an expired one. @returns the reply that was kept for it, if it is claimed already. */
async function claim(tx: RawQueries, key: Key): Promise<Answer | undefined> {
  const claimed = await tx.$executeRawUnsafe(CLAIM, ...idOf(key), key.fingerprint);
  return claimed === 1 ? undefined : replay(tx, key);
}

interface Kept extends Answer {
  readonly fingerprint: Uint8Array;
}

const REPLAY = `
SELECT fingerprint, status::int, headers, body FROM "hotpath"."idempotency_keys"
WHERE schema = current_schema() AND subject = $1 AND route = $2 AND key = $3`;

async function replay(tx: RawQueries, key: Key): Promise<Answer> {
  const [kept] = await tx.$queryRawUnsafe<[Kept]>(REPLAY, ...idOf(key));
  const { fingerprint, status, headers, body } = kept;
  if (!Buffer.from(key.fingerprint).equals(fingerprint)) {
    throw requestError('idempotencyKeyReused', 'This Idempotency-Key was sent before with another path or body.');
  }
  return { status, headers: { ...headers, 'idempotent-replayed': 'true' }, body };
}

const KEEP = `
UPDATE "hotpath"."idempotency_keys" SET status = $4, headers = $5::jsonb, body = $6
WHERE schema = current_schema() AND subject = $1 AND route = $2 AND key = $3`;

async function keep(tx: RawQueries, key: Key, { status, headers, body }: Answer): Promise<void> {
  await tx.$executeRawUnsafe(KEEP, ...idOf(key), status, JSON.stringify(headers), body);
}

const idOf = ({ subject, route, key }: Key) => [subject, route, key] as const;

async function answerTo({ server, viewer }: FastifyRequest, created: Created, tx: RawQueries): Promise<Answer> {
  if ('data' in created) return { status: created.status, headers: {}, body: JSON.stringify({ data: created.data }) };
  const { json, version } = await readRow(server.hotpath, { ...created, viewer }, tx);
  const body = `{"data":${json}}`;
  const { location, status = 201 } = created;
  return { status, headers: { location: headerUri(location), etag: etagOf(body, version) }, body };
}
