/** `hotpath/openapi`: the API document, by `@fastify/swagger`. */
export { type OpenapiOptions, openapi } from './openapi.ts';
