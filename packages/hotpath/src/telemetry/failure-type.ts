/** The type of an error in a span: its code or name, of few values, and without its message. */
export const failureType = (error: unknown): string =>
  error instanceof Error ? ((error as NodeJS.ErrnoException).code ?? error.name) : typeof error;
