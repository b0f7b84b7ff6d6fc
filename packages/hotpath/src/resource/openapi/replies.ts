/** The replies of a route, for the API document: rows, pages of rows, and problem documents. */
import { errors } from '../../http/errors.ts';
import { problemOf } from '../../http/problem.ts';
import type { Registry } from '../registry.ts';
import type { Resource } from '../resource.ts';
import { rowExample } from './examples.ts';
import { type JsonSchema, type OwnComponent, reference, rowReference } from './schemas.ts';

/** One reply, as `@fastify/swagger` takes it. */
export interface Reply {
  readonly description: string;
  readonly headers?: Readonly<Record<string, JsonSchema>>;
  readonly content?: Readonly<Record<string, { readonly schema: JsonSchema; readonly example?: unknown }>>;
  readonly type?: 'null';
}

/** Replies by status; `default` is every other status. */
export type Replies = Readonly<Record<string, Reply>>;

const text = (description: string): JsonSchema => ({ type: 'string', description });

const SERVER_TIMING = { 'Server-Timing': text('The time that the request spent in the database, and its statements.') };
const ETAG = { ETag: text('The value for `If-None-Match`.') };
const VERSION_ETAG = { ETag: text('The value for `If-None-Match`, and for `If-Match` of a change of the row.') };
const LINK = { Link: text('The next page, as `rel="next"`.') };

const CONSISTENCY_TOKEN = {
  'Consistency-Token': text('Names this write: a read that sends the token, to any instance, sees the write.'),
};
const CACHE_STATUS = { 'Cache-Status': text('Whether the answer came from a cache, and from which (RFC 9211).') };
const LOCATION = { Location: text('The path of the new row.') };
const REPLAYED = { 'Idempotent-Replayed': text('`true` if the reply to an `Idempotency-Key` is a kept one.') };
const RETRY_AFTER = { 'Retry-After': text('Seconds to wait before a retry, if a retry may help.') };

const json = (schema: JsonSchema, example?: unknown): NonNullable<Reply['content']> => ({
  'application/json': { schema, ...(example === undefined ? {} : { example }) },
});

/** The reply with other data than a row. */
export const dataReply = (data: JsonSchema): Reply => ({
  description: 'The work is done.',
  headers: SERVER_TIMING,
  content: json(
    { type: 'object', properties: { data }, required: ['data'], additionalProperties: false },
    exampleIn(data) && { data: exampleIn(data) },
  ),
});

const exampleIn = ({ examples }: JsonSchema): unknown => (examples as unknown[] | undefined)?.[0];

/** Whether the ETags of its rows contain a version, so that `If-Match` can name it. */
export const hasVersion = ({ version }: Resource): boolean => version !== undefined;

export const itemReply = (registry: Registry, resource: Resource): Reply => ({
  description: `One ${resource.name}.`,
  headers: { ...(hasVersion(resource) ? VERSION_ETAG : ETAG), ...SERVER_TIMING },
  content: json(
    { type: 'object', properties: { data: rowReference(resource) }, required: ['data'], additionalProperties: false },
    { data: rowExample(registry, resource) },
  ),
});

export const pageReply = (registry: Registry, resource: Resource): Reply => ({
  description: `A page; each row is one ${resource.name}.`,
  headers: { ...ETAG, ...LINK, ...SERVER_TIMING },
  content: json(
    {
      type: 'object',
      properties: { data: { type: 'array', items: rowReference(resource) }, meta: reference('PageMeta') },
      required: ['data', 'meta'],
      additionalProperties: false,
    },
    { data: [rowExample(registry, resource)], meta: { limit: resource.limit.default } },
  ),
});

/** The replies of a route with a cache policy. */
export const cached = (replies: Replies): Replies =>
  Object.fromEntries(Object.entries(replies).map(([status, reply]) => [status, withHeaders(reply, CACHE_STATUS)]));

/** The reply of a write. */
export const written = (reply: Reply): Reply => withHeaders(reply, CONSISTENCY_TOKEN);

/** The reply of a creation, which may carry an idempotency key. */
export const keyed = (reply: Reply): Reply => withHeaders(reply, REPLAYED);

/** The reply of a creation, with the created row. */
export const created = (reply: Reply): Reply => withHeaders(keyed(reply), LOCATION);

const withHeaders = (reply: Reply, headers: NonNullable<Reply['headers']>): Reply => ({
  ...reply,
  headers: { ...reply.headers, ...headers },
});

export const objectReply: Reply = { description: 'An object.', content: json({ type: 'object' }) };

export const unchanged: Reply = {
  description: 'The representation in `If-None-Match` is current.',
  headers: { ...ETAG, ...LINK },
  type: 'null',
};

export const noContent: Reply = { description: 'The work is done.', headers: SERVER_TIMING, type: 'null' };

const PROBLEM_REQUEST = { path: '/v1/products/999999', id: '0d6f2c1e-6e0e-4a0e-9a53-0c9a1e8d7f10' };
const OTHER_FAILURE = 503;

/** An example of the detail for each status. */
const DETAILS: Readonly<Record<number, string>> = {
  400: 'There is no parameter "colour".',
  401: 'This needs a bearer token.',
  403: 'You may only do this for yourself.',
  404: 'There is no such product.',
  409: 'Another write conflicts with this one.',
  412: 'If-Match names another representation than the current one.',
  422: 'This Idempotency-Key was sent before with another request.',
  [OTHER_FAILURE]: 'The database cannot be reached.',
};

function problemReply(description: string, status: number): Reply {
  const [code = 'DATABASE_UNAVAILABLE'] = status === OTHER_FAILURE ? [] : errors.codesOf(status);
  const example = problemOf({ status, code, detail: DETAILS[status]! }, PROBLEM_REQUEST);
  return {
    description,
    headers: RETRY_AFTER,
    content: { 'application/problem+json': { schema: reference('Problem'), example } },
  };
}

/** Problem documents of these statuses, each with its possible codes, and of every other failure. */
export const problemReplies = (...statuses: number[]): Replies => ({
  ...Object.fromEntries(statuses.map((status) => [status, problemReply(errors.codesOf(status).join(', '), status)])),
  default: problemReply('Any other refusal or failure.', OTHER_FAILURE),
});

const part = {
  type: 'object',
  properties: { parameter: { type: 'string' }, pointer: { type: 'string' }, detail: { type: 'string' } },
  required: ['detail'],
  additionalProperties: false,
};

const checkState = {
  type: 'object',
  properties: {
    name: { type: 'string' },
    state: { type: 'string', enum: ['passed', 'failed', 'degraded', 'unknown'] },
    detail: { type: 'string' },
  },
  required: ['name', 'state'],
  additionalProperties: false,
};

/** Components that every document has. */
export const replySchemas: Readonly<Record<OwnComponent, JsonSchema>> = {
  PageMeta: {
    type: 'object',
    properties: {
      limit: { type: 'integer', minimum: 1, description: 'The highest number of rows on the page.' },
      next: { type: 'string', description: 'The cursor of the next page, if there may be one.' },
      page: { type: 'integer', minimum: 1 },
      total: { type: 'integer', minimum: 0 },
    },
    required: ['limit'],
    additionalProperties: false,
  },
  Problem: {
    type: 'object',
    description: 'A problem document (RFC 9457). Its `code` is stable.',
    properties: {
      type: { type: 'string', format: 'uri' },
      title: { type: 'string' },
      status: { type: 'integer', minimum: 400, maximum: 599 },
      code: { type: 'string', pattern: '^[A-Z_]+$' },
      detail: { type: 'string' },
      instance: { type: 'string' },
      requestId: { type: 'string' },
      errors: { type: 'array', items: part },
      checks: { type: 'array', items: checkState, description: 'The result of the checks of `/readyz`.' },
    },
    required: ['type', 'title', 'status', 'code', 'detail', 'instance', 'requestId'],
    additionalProperties: false,
    examples: [problemOf({ status: 404, code: 'NOT_FOUND', detail: DETAILS[404]! }, PROBLEM_REQUEST)],
  },
};
