/**
 * Idempotency keys: a creating request that carries an `Idempotency-Key` creates once, however often the client sends it
 * (`creation.ts`).
 *
 * - A claim inserts the key's row. The unique index makes a twin, a second request with the same key, wait for the end
 *   of the first transaction. If that commits, the twin replays the reply; if it fails, the twin does the work itself.
 *   A twin waits no longer than a statement may take.
 * - A refusal rolls back, and its key with it. The server does not keep refusals: it judges a retry by the state at
 *   that time.
 * - A key belongs to the schema of the service's tables, to the viewer and to the route. The statements name the schema,
 *   because the session of the service's client may begin its search path with another one. The server refuses a key that comes again with another path or body.
 *   After a day the key is free, and later claims delete it.
 */
import { createHash } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import { requestError } from '../../http/errors.ts';
import type { RawQueries } from '../prisma-client.ts';

/** The statements that a key costs. */
export const KEY_STATEMENTS = 2;

export interface IdempotencyKey {
  /** Of the service's tables: two services may share a database. */
  readonly schema: string;
  readonly subject: string;
  readonly route: string;
  readonly key: string;
  /** A hash of the request that the key was sent with. */
  readonly fingerprint: Uint8Array<ArrayBuffer>;
}

/** The reply to a creation, as it is kept for its key. */
export interface KeptReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const VISIBLE_ASCII = /^[\x21-\x7e]{1,255}$/;

/** The key of a request, if it has one. @throws `invalidRequest`, `unauthenticated` */
export function idempotencyKeyOf({
  headers,
  viewer,
  method,
  url,
  body,
  routeOptions,
  server,
}: FastifyRequest): IdempotencyKey | undefined {
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
    schema: server.hotpath.qualified.schema,
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
    WHERE expires_at < now() AND (schema, subject, route, key) <> ($1, $2, $3, $4)
    LIMIT 2 FOR UPDATE SKIP LOCKED))
)
INSERT INTO "hotpath"."idempotency_keys" AS kept (schema, subject, route, key, fingerprint, expires_at)
VALUES ($1, $2, $3, $4, $5, now() + interval '1 day')
ON CONFLICT (schema, subject, route, key) DO UPDATE
SET fingerprint = excluded.fingerprint, created_at = excluded.created_at, expires_at = excluded.expires_at
WHERE kept.expires_at <= now()`;

/** Claims the key, also an expired one. @returns the reply that was kept for it, if it is claimed already. */
export async function claimKey(tx: RawQueries, key: IdempotencyKey): Promise<KeptReply | undefined> {
  const claimed = await tx.$executeRawUnsafe(CLAIM, ...idOf(key), key.fingerprint);
  return claimed === 1 ? undefined : replay(tx, key);
}

interface KeptRow extends KeptReply {
  readonly fingerprint: Uint8Array;
}

const REPLAY = `
SELECT fingerprint, status::int, headers, body FROM "hotpath"."idempotency_keys"
WHERE schema = $1 AND subject = $2 AND route = $3 AND key = $4`;

async function replay(tx: RawQueries, key: IdempotencyKey): Promise<KeptReply> {
  const [kept] = await tx.$queryRawUnsafe<[KeptRow]>(REPLAY, ...idOf(key));
  const { fingerprint, status, headers, body } = kept;
  if (!Buffer.from(key.fingerprint).equals(fingerprint)) {
    throw requestError('idempotencyKeyReused', 'This Idempotency-Key was sent before with another path or body.');
  }
  return { status, headers: { ...headers, 'idempotent-replayed': 'true' }, body };
}

const KEEP = `
UPDATE "hotpath"."idempotency_keys" SET status = $5, headers = $6::jsonb, body = $7
WHERE schema = $1 AND subject = $2 AND route = $3 AND key = $4`;

/** Keeps the reply that later requests with the key get. */
export async function keepReply(
  tx: RawQueries,
  key: IdempotencyKey,
  { status, headers, body }: KeptReply,
): Promise<void> {
  await tx.$executeRawUnsafe(KEEP, ...idOf(key), status, JSON.stringify(headers), body);
}

const idOf = ({ schema, subject, route, key }: IdempotencyKey) => [schema, subject, route, key] as const;
