/**
 * The values that a body may have whatever its schema says: text that PostgreSQL can store (no NUL, no half of a
 * surrogate pair), finite numbers, no deeper nesting than the code can walk, and no value that Prisma takes for one of its
 * own protocol.
 */
import type { ProblemPart } from './problem.ts';

/** The highest number of levels of arrays and objects. */
export const DEEPEST = 32;

/** The first place in a parsed body that PostgreSQL cannot store, or that Prisma would not store as it is. */
export function unstorableIn(value: unknown, pointer = '', depth = 0): ProblemPart | undefined {
  if (typeof value === 'string')
    return isText(value) ? undefined : { pointer, detail: 'contains an invalid character' };
  if (typeof value === 'number' && !Number.isFinite(value)) return { pointer, detail: 'is too large for a number' };
  if (typeof value !== 'object' || value === null) return undefined;
  if (depth === DEEPEST) return { pointer, detail: `nests deeper than ${DEEPEST}` };
  for (const [key, inner] of Object.entries(value)) {
    if (!isText(key)) return { pointer, detail: 'has a name that contains an invalid character' };
    if (isOfPrisma(key, inner)) return { pointer: `${pointer}/${pointerStep(key)}`, detail: 'is a reserved name' };
    const fault = unstorableIn(inner, `${pointer}/${pointerStep(key)}`, depth + 1);
    if (fault) return fault;
  }
  return undefined;
}

const isText = (text: string): boolean => text.isWellFormed() && !text.includes('\0');

/** Prisma Client drops an object with the first name from a column of JSON, and fails with an empty value of the second. */
const isOfPrisma = (name: string, value: unknown): boolean =>
  name === '__prismaRawParameters__' || (name === '$type' && value === '');

/** A name as a step of a JSON Pointer (RFC 6901). */
export const pointerStep = (name: string): string => name.replaceAll('~', '~0').replaceAll('/', '~1');
