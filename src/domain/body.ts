/** The parts of which the schemas of bodies and paths are made. */
import Type, { type Static, type TObject, type TProperties } from 'typebox';

export const id = Type.Integer({ minimum: 1, maximum: 2 ** 31 - 1, examples: [1] });
export const idParams = Type.Object({ id });

/** An object that has these properties and no other. The example is for the API document. */
export const exactly = <P extends TProperties>(properties: P, example?: Static<TObject<P>>) =>
  Type.Object(properties, { additionalProperties: false, ...exampleOf(example) });

/** The body of a PATCH: at least one of these properties. */
export const someOf = <P extends TProperties>(properties: P, example: Partial<Static<TObject<P>>>) =>
  Type.Partial(Type.Object(properties), { additionalProperties: false, minProperties: 1, ...exampleOf(example) });

const exampleOf = (example: object | undefined) => (example ? { examples: [example] } : {});

/** A text that is not empty. */
export const text = (longest: number) => Type.String({ minLength: 1, maxLength: longest });

export const webUrl = Type.String({ format: 'uri', pattern: '^https?://', maxLength: 2048 });

/** A time that both JavaScript and PostgreSQL accept: no year 0, no leap second, no zone 16 hours away. */
export const time = Type.String({
  format: 'date-time',
  pattern: '^[12]\\d{3}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:[0-5]\\d(\\.\\d{1,9})?(Z|[+-](0\\d|1[0-5]):[0-5]\\d)$',
});

/** An object of any shape. The route's `bodyLimit` bounds its size. */
export const anyObject = Type.Record(Type.String(), Type.Unknown(), { maxProperties: 50 });

/** The largest body of a route that accepts one row, in bytes: every text at its limit, with four bytes a character. */
export const ROW_BYTES = 256 * 1024;
