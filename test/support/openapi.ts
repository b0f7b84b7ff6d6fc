/** The API document as a test sees it: its operations, and whether a reply is what it says. */
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import type { App } from '../../src/app.ts';

export interface DocumentedContent {
  readonly [mediaType: string]: { readonly schema: object; readonly example?: unknown };
}

export interface DocumentedReply {
  readonly headers?: Readonly<Record<string, object>>;
  readonly content?: DocumentedContent;
}

/** The keywords of JSON Schema that limit a value. */
export interface DocumentedSchema {
  readonly type?: string;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly pattern?: string;
  readonly format?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly minProperties?: number;
  readonly maxProperties?: number;
  readonly additionalProperties?: unknown;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, DocumentedSchema>>;
  readonly items?: DocumentedSchema;
  readonly anyOf?: readonly DocumentedSchema[];
}

export interface DocumentedParameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly description?: string;
  readonly example?: unknown;
  readonly schema?: DocumentedSchema;
}

export interface DocumentedOperation {
  readonly summary?: string;
  readonly operationId?: string;
  readonly tags?: readonly string[];
  readonly security?: readonly object[];
  readonly parameters?: readonly DocumentedParameter[];
  readonly requestBody?: { readonly content: DocumentedContent };
  readonly responses: Readonly<Record<string, DocumentedReply>>;
}

export interface ApiDocument {
  readonly paths: Readonly<Record<string, Readonly<Record<string, DocumentedOperation>>>>;
}

export const documentOf = (app: App): ApiDocument => app.swagger() as unknown as ApiDocument;

/** The operation of a route: its method and its path, `/v1/users/:id`. */
export const operationOf = (app: App, method: string, url: string): DocumentedOperation | undefined =>
  documentOf(app).paths[url.replace(/:(\w+)/g, '{$1}')]?.[method.toLowerCase()];

interface Reply {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly payload: string;
}

export interface Answered {
  readonly method: string;
  /** The route's path, or the path of a request: `/v1/users/1?fields=id`. */
  readonly url: string;
  readonly reply: Reply;
}

/** The differences between a reply and the document; empty if the reply is as documented. */
export function matchesDocument(app: App, { method, url, reply }: Answered): string[] {
  const path = pathOf(app, url);
  const operation = path && operationOf(app, method, path);
  if (!operation) return [`${method} ${url} is not in the document`];
  const { statusCode, payload } = reply;
  const documented =
    operation.responses[statusCode] ?? (statusCode >= 400 ? operation.responses['default'] : undefined);
  if (!documented) return [`${method} ${url} answers with ${statusCode}, which is not documented`];
  const headers = undocumentedHeaders(documented, reply);
  if (!documented.content) return payload === '' ? headers : [`${statusCode} has a body, which is not documented`];
  const type = String(reply.headers['content-type']).split(';')[0]!;
  const schema = documented.content[type]?.schema;
  if (!schema) return [`${statusCode} is ${type}, which is not documented`];
  return [...headers, ...faultsOf(app, schema, JSON.parse(payload))];
}

/** Headers that mean something to a consumer of this service alone, or of this reply. */
const TELLING = ['etag', 'link', 'location', 'retry-after', 'cache-status', 'consistency-token', 'idempotent-replayed'];

function undocumentedHeaders({ headers = {} }: DocumentedReply, reply: Reply): string[] {
  const documented = new Set(Object.keys(headers).map((name) => name.toLowerCase()));
  return TELLING.filter((name) => reply.headers[name] !== undefined && !documented.has(name)).map(
    (name) => `${reply.statusCode} has the header ${name}, which is not documented`,
  );
}

/** The schema of every refusal. */
export const problemSchema = { $ref: '#/components/schemas/Problem' };

/** The differences between a value and a schema of the document. */
export function faultsOf(app: App, schema: object, value: unknown): string[] {
  const validate = validatorOf(app, schema);
  if (validate(value)) return [];
  return validate.errors!.map((error) => `${error.instancePath} ${error.message} ${JSON.stringify(error.params)}`);
}

/** The document's path for a request; a path without parameters comes before one with parameters. */
export function pathOf(app: App, url: string): string | undefined {
  const path = url.split('?')[0]!.replace(/:(\w+)/g, '{$1}');
  const isOf = (documented: string) => new RegExp(`^${documented.replace(/\{\w+\}/g, '[^/]+')}$`).test(path);
  const { paths } = documentOf(app);
  return Object.hasOwn(paths, path) ? path : Object.keys(paths).find(isOf);
}

/** Formats as the service writes them: a time has milliseconds and is in UTC. */
const formats = {
  'date-time': (text: string) => !Number.isNaN(Date.parse(text)) && new Date(text).toISOString() === text,
  uri: URL.canParse,
  uuid: /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/,
  byte: /^[A-Za-z\d+/]*={0,2}$/,
};

const compilers = new WeakMap<object, { ajv: Ajv2020; compiled: Map<object, ValidateFunction> }>();

function validatorOf(app: App, schema: object): ValidateFunction {
  const document = documentOf(app);
  let compiler = compilers.get(document);
  if (!compiler) {
    const ajv = new Ajv2020({ strict: false, allErrors: true, formats });
    compiler = { ajv: ajv.addSchema({ $id: 'api', ...document }), compiled: new Map() };
    compilers.set(document, compiler);
  }
  const known = compiler.compiled.get(schema);
  if (known) return known;
  const absolute = JSON.parse(JSON.stringify(schema).replaceAll('"#/', '"api#/')) as object;
  const compiled = compiler.ajv.compile(absolute);
  compiler.compiled.set(schema, compiled);
  return compiled;
}
