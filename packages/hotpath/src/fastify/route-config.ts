/** What a route may say in its `config`, beside its budget. */
import type { ReadRoute } from './reads/read-route.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The resource of a read route, and how the route reads it. */
    read?: ReadRoute & { readonly kind: 'item' | 'list' };
    /** The route keeps its deadline by itself. */
    ownDeadline?: true;
    /** A bearer token of this route is its own: the service does not refuse it for naming no viewer. */
    ownToken?: true;
    /** Answers however many ask and however busy the process is: what operators and their probes ask for. */
    unlimited?: true;
  }
}

/** For `@fastify/compress`, where a service has it: what is sent is compressed already, or must not be. */
export const UNCOMPRESSED: object = Object.freeze({ compress: false });
