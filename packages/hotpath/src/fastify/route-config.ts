/** The members of a route's `config`, beside its budget. */
import type { ReadRoute } from './reads/read-route.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The resource of a read route, and how the route reads it. */
    read?: ReadRoute & { readonly kind: 'item' | 'list' };
    /** The route limits its own time. */
    ownDeadline?: true;
    /** The bearer token of this route is its own: the service does not refuse it for naming no viewer. */
    ownToken?: true;
    /**
     * The route answers however many requests come and however busy the process is. It is for operators and their
     * probes.
     */
    unlimited?: true;
  }
}

/** For `@fastify/compress`, if a service has it: the reply is compressed already, or must not be. */
export const UNCOMPRESSED: object = Object.freeze({ compress: false });
