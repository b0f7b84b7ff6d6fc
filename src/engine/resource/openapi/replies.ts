/** What a route answers with, for the API document: rows, pages of rows, and problem documents. */
import { STATUS_CODES } from 'node:http';
import type { Resource } from '../resource.ts';
import { type JsonSchema, reference, rowReference } from './schemas.ts';

/** One reply, as `@fastify/swagger` takes it. */
export interface Reply {
  readonly description: string;
  readonly headers?: Readonly<Record<string, JsonSchema>>;
  readonly content?: Readonly<Record<string, { readonly schema: JsonSchema }>>;
  readonly type?: 'null';
}

/** Replies by status; `default` is every other. */
export type Replies = Readonly<Record<string, Reply>>;

const text = (description: string): JsonSchema => ({ type: 'string', description });

const SERVER_TIMING = { 'Server-Timing': text('What the request spent in the database, and its statements.') };
const ETAG = { ETag: text('What `If-None-Match` and, for a row with a version, `If-Match` take.') };
const LINK = { Link: text('The next page, as `rel="next"`.') };

const json = (schema: JsonSchema): NonNullable<Reply['content']> => ({ 'application/json': { schema } });

export const dataReply = (data: JsonSchema, description: string): Reply => ({
  description,
  headers: SERVER_TIMING,
  content: json({ type: 'object', properties: { data }, required: ['data'], additionalProperties: false }),
});

export const itemReply = (resource: Resource): Reply => {
  const reply = dataReply(rowReference(resource), `One ${resource.name}.`);
  return { ...reply, headers: { ...ETAG, ...SERVER_TIMING } };
};

export const pageReply = (resource: Resource): Reply => ({
  description: `A page; each row is one ${resource.name}.`,
  headers: { ...ETAG, ...LINK, ...SERVER_TIMING },
  content: json({
    type: 'object',
    properties: { data: { type: 'array', items: rowReference(resource) }, meta: reference('PageMeta') },
    required: ['data', 'meta'],
    additionalProperties: false,
  }),
});

export const objectReply: Reply = { description: 'An object.', content: json({ type: 'object' }) };

export const unchanged: Reply = { description: 'What `If-None-Match` names is still so.', headers: ETAG, type: 'null' };

export const noContent: Reply = { description: 'It is done.', headers: SERVER_TIMING, type: 'null' };

const problemContent = { 'application/problem+json': { schema: reference('Problem') } };

/** Problem documents of these statuses, and of every other that is not a success. */
export const problemReplies = (...statuses: number[]): Replies => ({
  ...Object.fromEntries(
    statuses.map((status) => [status, { description: STATUS_CODES[status]!, content: problemContent }]),
  ),
  default: { description: 'Any other refusal or failure.', content: problemContent },
});

const part = {
  type: 'object',
  properties: { parameter: { type: 'string' }, pointer: { type: 'string' }, detail: { type: 'string' } },
  required: ['detail'],
  additionalProperties: false,
};

/** Components that every document has. */
export const replySchemas: Readonly<Record<string, JsonSchema>> = {
  PageMeta: {
    type: 'object',
    properties: {
      limit: { type: 'integer', minimum: 1, description: 'Rows that the page may have.' },
      next: { type: 'string', description: 'The cursor of the next page, where there may be one.' },
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
    },
    required: ['type', 'title', 'status', 'code', 'detail', 'instance', 'requestId'],
    additionalProperties: false,
  },
};
