/** An error that Prisma's error reference lists: a code such as P1001, and a message with the reference's wording. */
export class KnownError extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}
