/**
 * A refusal: what a consumer asked that may not be asked. It becomes a 400 problem document that names the parameter,
 * the place in it, and what is allowed.
 */
import { type RequestError, requestError } from '../http/errors.ts';

/** @param place what in the parameter's value is meant, and where: `"merchant(x" at 9`. */
export function refusal(parameter: string, detail: string): RequestError {
  return requestError('invalidRequest', `${parameter}: ${detail}`, [{ parameter, detail }]);
}

/** The sentence about a name that is not there, with the names that are. */
export function unknownName(name: string, kind: string, allowed: Iterable<string>): string {
  const names = [...allowed];
  return names.length > 0
    ? `there is no ${kind} "${shortened(name)}"; there is ${names.join(', ')}`
    : `there is no ${kind} "${shortened(name)}"`;
}

const LONGEST_SHOWN = 64;

/** A consumer's own text, short enough to be repeated. */
export const shortened = (text: string): string =>
  text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN)}…` : text;
