/**
 * A refusal: the error for a request that asks for something not allowed. It becomes a 400 problem document that names
 * the parameter, the place in it, and the allowed values.
 */
import { type RequestError, requestError } from '../http/errors.ts';

/** @param place the part of the parameter's value, and its position: `"merchant(x" at 9`. */
export function refusal(parameter: string, detail: string): RequestError {
  return requestError('invalidRequest', `${parameter}: ${detail}`, [{ parameter, detail }]);
}

/** The sentence about an unknown name, with the known names. */
export function unknownName(name: string, kind: string, allowed: Iterable<string>): string {
  const names = [...allowed];
  return names.length > 0
    ? `there is no ${kind} "${shortened(name)}"; there is ${names.join(', ')}`
    : `there is no ${kind} "${shortened(name)}"`;
}

const LONGEST_SHOWN = 64;

/** A client's own text, short enough to repeat. */
export const shortened = (text: string): string =>
  text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN)}…` : text;
