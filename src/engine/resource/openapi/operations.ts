/** Operations of the API document: what a route that reads, writes or does neither is asked, and answers with. */
import { operationId, plural, subjectOf, tagOf } from '../../http/operation.ts';
import type { Registry } from '../registry.ts';
import type { Resource } from '../resource.ts';
import { itemParameters, listParameters, type Parameters, pathParameters } from './parameters.ts';
import {
  dataReply,
  itemReply,
  noContent,
  objectReply,
  pageReply,
  problemReplies,
  type Replies,
  type Reply,
  unchanged,
} from './replies.ts';
import type { JsonSchema } from './schemas.ts';

/** An operation, as `@fastify/swagger` takes it: in the place of a route's schema. */
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
  /** What is asked before anything is read; it may say that there is nothing. */
  readonly guard?: unknown;
}

const BEARER = { security: [{ bearerAuth: [] }] };

export function readOperation(registry: Registry, { url, kind, resource, where, guard }: ReadPlace): Operation {
  const isItem = kind === 'item';
  const isPublic = Object.hasOwn(resource.policy, 'public');
  const query = isItem ? itemParameters(registry, resource) : listParameters(registry, resource);
  return {
    summary: isItem ? `Read one ${resource.name}` : `Read ${plural(resource.name)}`,
    operationId: operationId(isItem ? 'get' : 'list', url),
    tags: [tagOf(url)],
    ...(isPublic ? {} : BEARER),
    params: objectOf(pathParameters(registry, resource, where)),
    querystring: objectOf(query),
    headers: objectOf({ 'If-None-Match': { type: 'string', description: 'The ETag of what is held already.' } }),
    response: {
      200: isItem ? itemReply(resource) : pageReply(resource),
      304: unchanged,
      ...problemReplies(400, 401, ...(isPublic ? [] : [403]), ...(isItem || guard ? [404] : [])),
    },
  };
}

/** What a write answers with: a row of a resource, or other data. */
export type WriteReply = { readonly resource: Resource } | { readonly data: JsonSchema };

export interface WritePlace {
  readonly url: string;
  readonly method: WriteMethod;
  readonly reply: WriteReply | undefined;
}

export type WriteMethod = keyof typeof writes;

/** Of each method the verb, the refusals beyond those of every write, and its headers. */
const writes = {
  POST: {
    verb: 'create',
    refusals: [409, 422],
    headers: {
      'Idempotency-Key': {
        type: 'string',
        pattern: '^[\\x21-\\x7e]{1,255}$',
        description: 'Names this creation, so that a retry creates nothing more and gets the same answer.',
      },
    },
  },
  PUT: { verb: 'put', refusals: [409], headers: {} },
  PATCH: {
    verb: 'change',
    refusals: [409, 412],
    headers: { 'If-Match': { type: 'string', description: 'The ETag of the version that the change is for.' } },
  },
  DELETE: { verb: 'delete', refusals: [409], headers: {} },
} as const;

export const isWrite = (method: string): method is WriteMethod => Object.hasOwn(writes, method);

export function writeOperation({ url, method, reply }: WritePlace): Operation {
  const { verb, refusals, headers } = writes[method];
  return {
    summary: sentence(verb, reply && 'resource' in reply ? reply.resource.name : subjectOf(url)),
    operationId: operationId(verb, url),
    tags: [tagOf(url)],
    ...BEARER,
    headers: objectOf(headers),
    response: {
      ...successReplies(method, reply),
      ...problemReplies(400, 401, 403, 404, ...refusals),
    },
  };
}

/** A row that is created is a 201; other data may be there already. */
function successReplies(method: WriteMethod, reply: WriteReply | undefined): Replies {
  if (method === 'DELETE') return { 204: noContent };
  const success = writeReply(reply);
  if (method === 'PATCH') return { 200: success };
  return method === 'POST' && reply && 'resource' in reply ? { 201: success } : { 200: success, 201: success };
}

function writeReply(reply: WriteReply | undefined): Reply {
  if (!reply) return dataReply({}, 'It is done.');
  return 'resource' in reply ? itemReply(reply.resource) : dataReply(reply.data, 'It is done.');
}

/** A route that is of no resource: it answers with some object. */
export const plainOperation = (url: string): Operation => ({
  summary: sentence('read', subjectOf(url)),
  operationId: operationId('get', url),
  tags: [tagOf(url)],
  response: { 200: objectReply, ...problemReplies() },
});

const sentence = (verb: string, name: string): string => `${verb.charAt(0).toUpperCase()}${verb.slice(1)} ${name}`;

const objectOf = (properties: Parameters): JsonSchema => ({ type: 'object', properties });
