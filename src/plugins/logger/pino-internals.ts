/**
 * The members of a pino logger that pino exposes as `symbols` and calls internal. No other file of the service uses
 * one. `test/plugins/logger/pino-internals.test.ts` fails when a new version has moved one.
 */
import { symbols } from 'pino';

const CHINDINGS = symbols.chindingsSym;

interface LoggerInternals {
  /** The bindings of a logger, as the text that it adds to each line. */
  [CHINDINGS]: string;
  readonly [symbols.hooksSym]?: unknown;
}

/** The hooks that a logger was given, or its parent. */
export const givenHooks = (logger: object): unknown => (logger as LoggerInternals)[symbols.hooksSym];

/** A logger that writes as its parent, and adds a text to each line. @param text as JSON: `,"name":"value"`. */
export function withText<Log extends object>(parent: Log, text: string): Log {
  const own = Object.create(parent) as LoggerInternals;
  own[CHINDINGS] = (parent as unknown as LoggerInternals)[CHINDINGS] + text;
  return own as unknown as Log;
}
