/**
 * Operations of the API document: the input and the replies of each route, whether it reads, writes or does neither.
 */
import { operationId, plural, subjectOf, tagOf } from '../../http/operation.ts';
import type { Registry } from '../registry.ts';
import type { Resource } from '../resource.ts';
import { describedListParameters, itemParameters, type Parameters, pathParameters } from './parameters.ts';
import {
  cached,
  created,
  dataReply,
  hasVersion,
  itemReply,
  keyed,
  noContent,
  objectReply,
  pageReply,
  problemReplies,
  type Replies,
  type Reply,
  unchanged,
  written,
} from './replies.ts';
import type { JsonSchema } from './schemas.ts';

/** An operation in the form that `@fastify/swagger` takes instead of a route's schema. */
export interface Operation {
  readonly summary: string;
  readonly operationId: string;
  readonly tags: readonly string[];
  readonly security?: readonly { readonly [scheme: string]: readonly string[] }[];
  readonly params?: JsonSchema;
  readonly querystring?: JsonSchema;
  readonly headers?: JsonSchema;
  readonly response: Replies;
}

export interface ReadPlace {
  readonly url: string;
  readonly kind: 'item' | 'list';
  readonly resource: Resource;
  /** Fields that the path fixes, each with its parameter. */
  readonly where: Readonly<Record<string, string>>;
  /** A guard that runs before the read; it may answer that the row does not exist. */
  readonly guard?: unknown;
  /** The cache policy of the route. */
  readonly cache?: unknown;
}

const BEARER = { security: [{ bearerAuth: [] }] };

export function readOperation(registry: Registry, place: ReadPlace): Operation {
  const { url, kind, resource, where, guard, cache } = place;
  const isItem = kind === 'item';
  const isPublic = Object.hasOwn(resource.policy, 'public');
  const query = isItem ? itemParameters(registry, resource) : describedListParameters(registry, resource);
  const found = { 200: isItem ? itemReply(registry, resource) : pageReply(registry, resource), 304: unchanged };
  const none = problemReplies(...(isItem || guard ? [404] : []), 412);
  return {
    summary: isItem ? `Read one ${resource.name}` : `Read ${plural(resource.name)}`,
    operationId: operationId(isItem ? 'get' : 'list', url),
    tags: [tagOf(url)],
    ...(isPublic ? {} : BEARER),
    params: objectOf(pathParameters(registry, resource, where)),
    querystring: objectOf(query),
    headers: objectOf(cache ? { ...READ_CONDITIONS, ...CONSISTENCY_TOKEN } : READ_CONDITIONS),
    response: {
      ...problemReplies(400, 401, ...(isPublic ? [] : [403])),
      ...(cache ? cached({ ...found, ...none }) : { ...found, ...none }),
    },
  };
}

const header = (description: string, more: JsonSchema = {}): JsonSchema => ({ type: 'string', description, ...more });

const READ_CONDITIONS = {
  'If-None-Match': header('The ETag of a representation that the client holds: it gets a 304 if that is current.'),
  'If-Match': header('The ETag of the only representation that the client wants.'),
};
const CONSISTENCY_TOKEN = {
  'Consistency-Token': header('The token of the reply to a write: the answer is at least as new as that write.'),
};
const PRECONDITIONS = {
  'If-Match': header('The ETag of the version that the change is for, or `*` for any existing version.'),
  'If-None-Match': header('The ETag of a version that the change is not for, or `*` for any existing version.'),
};
const IDEMPOTENCY_KEY = {
  'Idempotency-Key': header('Names this creation, so that a retry creates nothing more and gets the same answer.', {
    pattern: '^[\\x21-\\x7e]{1,255}$',
    examples: ['8f14e45f-ceea-467f-a830-6ad1e5c2f1b0'],
  }),
};

/**
 * The reply of a write: a row of a resource, or other data, which may have `examples`. `status` is for work that is
 * accepted and done later (202).
 */
export type WriteReply = ({ readonly resource: Resource } | { readonly data: object }) & { readonly status?: 202 };

export interface WritePlace {
  readonly url: string;
  readonly method: WriteMethod;
  readonly reply: WriteReply | undefined;
}

export type WriteMethod = keyof typeof writes;

/** For each method: the verb, the refusals beyond those of every write, and its headers. */
const writes = {
  POST: { verb: 'create', refusals: [409, 422], headers: IDEMPOTENCY_KEY },
  PUT: { verb: 'put', refusals: [409], headers: {} },
  PATCH: { verb: 'change', refusals: [409], headers: {} },
  DELETE: { verb: 'delete', refusals: [409], headers: {} },
} as const;

export const isWrite = (method: string): method is WriteMethod => Object.hasOwn(writes, method);

export function writeOperation(registry: Registry, { url, method, reply }: WritePlace): Operation {
  const { verb, refusals, headers } = writes[method];
  const takesVersion = method !== 'POST' && reply !== undefined && 'resource' in reply && hasVersion(reply.resource);
  return {
    summary: sentence(verb, reply && 'resource' in reply ? reply.resource.name : subjectOf(url)),
    operationId: operationId(verb, url),
    tags: [tagOf(url)],
    ...BEARER,
    headers: objectOf(takesVersion ? PRECONDITIONS : headers),
    response: {
      ...successReplies(registry, method, reply),
      ...problemReplies(400, 401, 403, 404, ...refusals, ...(takesVersion ? [412] : [])),
    },
  };
}

/** A created row is a 201. A PUT, and other data, may concern an existing row. */
function successReplies(registry: Registry, method: WriteMethod, reply: WriteReply | undefined): Replies {
  if (method === 'DELETE') return { 204: written(noContent) };
  const success = written(writeReply(registry, reply));
  if (method === 'PATCH') return { 200: success };
  if (reply?.status) return { [reply.status]: created(success) };
  if (method === 'PUT') return { 200: success, 201: success };
  return reply && 'resource' in reply ? { 201: created(success) } : { 200: keyed(success), 201: keyed(success) };
}

function writeReply(registry: Registry, reply: WriteReply | undefined): Reply {
  if (!reply) return dataReply({});
  return 'resource' in reply ? itemReply(registry, reply.resource) : dataReply(reply.data as JsonSchema);
}

/** A route that belongs to no resource: it answers with some object. */
export const plainOperation = (url: string): Operation => ({
  summary: sentence('read', subjectOf(url)),
  operationId: operationId('get', url),
  tags: [tagOf(url)],
  response: { 200: objectReply, ...problemReplies() },
});

const sentence = (verb: string, name: string): string => `${verb.charAt(0).toUpperCase()}${verb.slice(1)} ${name}`;

const objectOf = (properties: Parameters): JsonSchema => ({ type: 'object', properties });
