/** The error of `prisma generate` for a schema that the compiler of reads does not support. */

export class UnsupportedSchemaError extends Error {
  override readonly name = 'UnsupportedSchemaError';

  /** @param place a model, or a field of one: `User.name`. */
  constructor(place: string, fault: string) {
    super(`Compiled reads: ${place} ${fault}.`);
  }
}
