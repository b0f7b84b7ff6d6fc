/**
 * The API document: OpenAPI 3.1, made from the declarations of routes and resources. A read is described by its
 * resource. A write is described by its own schemas, and by its declared reply (`config.reply`) or else the resource
 * that is read at its path.
 *
 * The document only describes. It is made at its first request, and no part of it is attached to a route: reads check
 * their queries themselves, and send JSON text.
 */
import swagger, { type FastifyDynamicSwaggerOptions, type SwaggerTransform } from '@fastify/swagger';
import type { FastifyContextConfig, RouteOptions } from 'fastify';
import fp from 'fastify-plugin';
import type { ErrorRegistry } from '../../http/errors.ts';
import {
  isWrite,
  type Operation,
  plainOperation,
  readOperation,
  type WriteReply,
  writeOperation,
} from '../../resource/openapi/operations.ts';
import { replySchemas } from '../../resource/openapi/replies.ts';
import { checkComponents, rowSchemas } from '../../resource/openapi/schemas.ts';
import type { Registry } from '../../resource/registry.ts';
import { hotpathOf } from '../instance.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The reply of a write, for the API document. */
    reply?: WriteReply;
  }
}

type Read = NonNullable<FastifyContextConfig['read']>;

const DESCRIPTION =
  'Reads take `fields` (which fields and embedded resources), filters, `sort` and cursors. ' +
  'Refusals and failures are problem documents (RFC 9457).';

export interface OpenapiOptions {
  /** The name of the API. */
  readonly title: string;
  /** The version of the API; 1 without it. */
  readonly version?: string;
  /** The introduction of the document; a note on `fields`, filters and errors without it. */
  readonly description?: string;
  /** The service's own errors, whose codes are listed with their statuses. */
  readonly errors?: ErrorRegistry;
}

const SECURITY_SCHEMES = { bearerAuth: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } } as const;

/** The plugin that describes the routes of a server in OpenAPI 3.1. */
export const openapi = fp<OpenapiOptions>(
  async (app, { title, version = '1', description = DESCRIPTION, errors }) => {
    const reads = new Map<string, Read>();
    app.addHook('onRoute', ({ url, config }) => void (config?.read && reads.set(url, config.read)));
    app.addHook('onReady', async () => {
      const resources = hotpathOf(app)?.resources;
      if (resources) checkComponents(resources);
    });
    const transform: SwaggerTransform = ({ schema, url, route }) => {
      if (schema?.hide) return { schema, url };
      const operation = operationOf(app.hotpath.resources, reads, route);
      return { schema: { ...(errors ? withCodes(operation, errors) : operation), ...schema }, url };
    };
    await app.register(swagger, {
      openapi: {
        openapi: '3.1.0',
        info: { title, version, description },
        components: { securitySchemes: SECURITY_SCHEMES },
      },
      convertConstToEnum: false,
      transform,
      transformObject: (made) => withSchemas(made, app.hotpath.resources),
    });
  },
  { name: 'hotpath-openapi' },
);

function operationOf(registry: Registry, reads: ReadonlyMap<string, Read>, route: RouteOptions): Operation {
  const { url, config = {} } = route;
  const method = String(route.method);
  if (config.read) return readOperation(registry, { url, where: {}, ...config.read });
  return isWrite(method)
    ? writeOperation(registry, { url, method, reply: config.reply ?? readThere(reads, url, method) })
    : plainOperation(url);
}

/** A PATCH answers with the row that is read at its path, a POST with a row that is read below it. */
function readThere(reads: ReadonlyMap<string, Read>, url: string, method: string): Read | undefined {
  const below = [...reads].find(([path]) => path.startsWith(`${url}/:`) && !path.slice(url.length + 2).includes('/'));
  const read = method === 'POST' ? below?.[1] : reads.get(url);
  return read?.kind === 'item' ? read : undefined;
}

/** Adds the codes of the service's own errors to those of each status. */
function withCodes(operation: Operation, errors: ErrorRegistry): Operation {
  const described = Object.entries(operation.response).map(([status, reply]) => {
    const codes = errors.codesOf(Number(status));
    return [status, codes.length > 0 ? { ...reply, description: [reply.description, ...codes].join(', ') } : reply];
  });
  return { ...operation, response: Object.fromEntries(described) };
}

type Made = Parameters<NonNullable<FastifyDynamicSwaggerOptions['transformObject']>>[0];

function withSchemas(made: Made, registry: Registry) {
  if (!('openapiObject' in made)) return made.swaggerObject;
  Object.assign(made.openapiObject.components!.schemas!, replySchemas, rowSchemas(registry));
  return made.openapiObject;
}
