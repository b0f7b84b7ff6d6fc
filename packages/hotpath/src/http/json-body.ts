/**
 * The checks of a JSON body before it is parsed: it is UTF-8 and not too deep, no object has too many names, and no
 * integer has digits that JavaScript would change. One pass over the bytes finds these. The parser refuses invalid
 * JSON.
 */
import { isUtf8 } from 'node:buffer';
import { DEEPEST } from './body.ts';
import { requestError } from './errors.ts';

/** The limit of names in one object. The time that a schema takes to check them grows with their square. */
const MOST_NAMES = 1000;
/** Every integer of fewer digits is exact in JavaScript. */
const UNCERTAIN_DIGITS = 16;

const [QUOTE, BACKSLASH, COLON, DOT, ZERO, NINE] = [0x22, 0x5c, 0x3a, 0x2e, 0x30, 0x39];
const [OPEN_ARRAY, CLOSE_ARRAY, OPEN_OBJECT, CLOSE_OBJECT] = [0x5b, 0x5d, 0x7b, 0x7d];

/**
 * Counts the names in the objects of a JSON text.
 * @returns the number of names in all objects, with repetitions.
 * @throws `invalidRequest` that says which bound the body exceeds.
 */
export function countNames(bytes: Buffer): number {
  if (!isUtf8(bytes)) throw refuse('is not UTF-8');
  let [depth, names] = [0, 0];
  // The number of names of the object or array at each depth.
  const own: number[] = [];
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at]!;
    if (byte === QUOTE) at = endOfString(bytes, at + 1);
    else if (byte === OPEN_ARRAY || byte === OPEN_OBJECT) {
      if (depth === DEEPEST) throw refuse(`nests deeper than ${DEEPEST}`);
      own[depth++] = 0;
    } else if (byte === CLOSE_ARRAY || byte === CLOSE_OBJECT) depth -= 1;
    else if (byte === COLON) {
      names += 1;
      if (++own[depth - 1]! > MOST_NAMES) throw refuse(`has an object of more than ${MOST_NAMES} names`);
    } else if (isDigit(byte)) at = endOfDigits(bytes, at) - 1;
  }
  return names;
}

/**
 * Refuses a JSON text in which an object has a name twice.
 * @throws `invalidRequest` if a parsed body has fewer names than its text: some object names a property twice.
 */
export function mustNameOnce(body: unknown, names: number): void {
  if (names > 0 && namesIn(body) < names) throw refuse('names a property twice');
}

const isDigit = (byte: number | undefined): boolean => byte !== undefined && byte >= ZERO && byte <= NINE;

function endOfString(bytes: Buffer, start: number): number {
  let at = start;
  while (at < bytes.length && bytes[at] !== QUOTE) at += bytes[at] === BACKSLASH ? 2 : 1;
  return at;
}

/** @throws `invalidRequest` for an integer that JavaScript would change. */
function endOfDigits(bytes: Buffer, start: number): number {
  let end = start;
  while (isDigit(bytes[end])) end += 1;
  if (end - start < UNCERTAIN_DIGITS || bytes[start - 1] === DOT) return end;
  const digits = bytes.toString('latin1', start, end);
  if (String(Number(digits)) === digits) return end;
  throw refuse('has an integer of more digits than a number holds: send it as a text');
}

function namesIn(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  let names = Array.isArray(value) ? 0 : Object.keys(value).length;
  for (const inner of Object.values(value)) names += namesIn(inner);
  return names;
}

const refuse = (detail: string) => requestError('invalidRequest', `The body ${detail}.`, [{ pointer: '', detail }]);
