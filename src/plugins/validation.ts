/**
 * Validation of a request before its route runs. It converts nothing in bodies: a number is not a text, null is not zero, and
 * an unknown name is refused. In a path everything is text; if a parameter must be an integer, a text in the form of one is
 * converted.
 */
import { registerAjvFormats, TypeBoxValidatorCompiler } from '@fastify/type-provider-typebox';
import type { FastifySchemaCompiler, FastifySchemaValidationError } from 'fastify';
import fp from 'fastify-plugin';
import { requestError } from 'hotpath';
import { unstorableIn } from 'hotpath/edge';
import type { TSchema } from 'typebox';

export const validation = fp(
  async (app) => {
    registerAjvFormats();
    app.setValidatorCompiler(validatorOf);
    app.addHook('preValidation', ({ body }, _reply, done) => {
      const fault = body === undefined ? undefined : unstorableIn(body);
      if (!fault) return done();
      done(requestError('invalidRequest', `The body cannot be stored: ${fault.detail}.`, [fault]));
    });
  },
  { name: 'validation' },
);

type Values = Readonly<Record<string, unknown>>;
type Properties = Readonly<Record<string, { readonly type?: string }>>;
type Validated = { readonly value: unknown } | { readonly error: FastifySchemaValidationError[] };

const validatorOf: FastifySchemaCompiler<TSchema> = (route) => {
  // It converts nothing in a body.
  const validate = TypeBoxValidatorCompiler({ ...route, httpPart: 'body' }) as (value: unknown) => Validated;
  const { properties = {} } = route.schema as { properties?: Properties };
  return (value: unknown) => {
    const result = validate(route.httpPart === 'body' ? value : withIntegers(value as Values, properties));
    return 'error' in result ? { error: result.error.flatMap(faultsOf) as never } : result;
  };
};

const INTEGER = /^-?(0|[1-9]\d{0,14})$/;

function withIntegers(values: Values, properties: Properties): Values {
  const read = Object.entries(values).map(([name, text]) => {
    const isInteger = properties[name]?.type === 'integer' && INTEGER.test(String(text));
    return [name, isInteger ? Number(text) : text];
  });
  return Object.fromEntries(read);
}

/** One fault a property, as ajv reports them. Of a union, only the alternative beside null. */
function faultsOf(fault: FastifySchemaValidationError): FastifySchemaValidationError[] {
  const { keyword, params } = fault;
  if (keyword === 'required') {
    return namesIn(params['requiredProperties']).map((missingProperty) => {
      return { ...fault, params: { missingProperty }, message: `must have the property "${missingProperty}"` };
    });
  }
  if (keyword === 'additionalProperties') {
    return namesIn(params['additionalProperties']).map((additionalProperty) => {
      return { ...fault, params: { additionalProperty }, message: 'must have no other properties' };
    });
  }
  return keyword === 'boolean' || keyword === 'anyOf' || params['type'] === 'null' ? [] : [fault];
}

const namesIn = (names: unknown): string[] => names as string[];
