/** `hotpath/openapi`: the API document, by `@fastify/swagger`. */
// The additions of this file to Fastify's types: an import of its values alone leaves no trace in declarations.
import '../instance.ts';

export { type OpenapiOptions, openapi } from './openapi.ts';
