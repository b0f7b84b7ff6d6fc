/** What `prisma generate` says about a schema that the compiler of reads cannot take. */

export class UnsupportedSchemaError extends Error {
  override readonly name = 'UnsupportedSchemaError';

  constructor(model: string, field: string, fault: string) {
    super(`Compiled reads: ${model}.${field} ${fault}.`);
  }
}
