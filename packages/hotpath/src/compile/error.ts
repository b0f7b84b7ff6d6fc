/** The one error of the compiler: arguments that it does not answer, refused before any SQL exists. */

/** The reason why compiled reads refuse arguments. */
export type CompileErrorCode =
  | 'UNKNOWN_MODEL'
  | 'UNKNOWN_ARGUMENT'
  | 'INVALID_VALUE'
  | 'UNDEFINED_VALUE'
  | 'NOT_SUPPORTED';

/** Where in the arguments something stands; the innermost key first, linked outwards. */
export interface Path {
  readonly key: string | number;
  readonly outer: Path | undefined;
}

export function at(outer: Path | undefined, key: string | number): Path {
  return { key, outer };
}

export interface Refusal {
  readonly code: CompileErrorCode;
  /** A sentence about what was given. */
  readonly message: string;
  /** The values that are allowed instead. */
  readonly allowed?: readonly string[];
}

/** Arguments that compiled reads do not answer. */
export class CompileError extends Error {
  override readonly name = 'CompileError';
  readonly code: CompileErrorCode;
  /** The keys that lead from the arguments to the refused one: `['where', 'email', 'equals']`. */
  readonly path: readonly (string | number)[];
  /** The values that are allowed instead; empty if they cannot be listed. */
  readonly allowed: readonly string[];

  constructor(path: Path | undefined, { code, message, allowed = [] }: Refusal) {
    const keys = toKeys(path);
    const place = keys.length > 0 ? ` at ${keys.join('.')}` : '';
    super(`${message}${place}.${allowed.length > 0 ? ` Allowed: ${allowed.join(', ')}.` : ''}`);
    this.code = code;
    this.path = keys;
    this.allowed = allowed;
  }
}

function toKeys(path: Path | undefined): (string | number)[] {
  const keys: (string | number)[] = [];
  for (let step = path; step; step = step.outer) keys.unshift(step.key);
  return keys;
}

export function refuse(path: Path | undefined, refusal: Refusal): never {
  throw new CompileError(path, refusal);
}
