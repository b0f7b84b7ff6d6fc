/**
 * Hears what a logger of `pino` writes, and what its children write. Every child inherits `write` from its parent, so one
 * replacement on the logger of the server hears all, and costs nothing where nothing is written.
 */

import { replaceWrite } from './pino-internals.ts';

/** A line of a log, without what else it carries, which may hold what clients sent. */
export interface LogLine {
  /** As `pino` numbers levels: 30 is `info`, 40 `warn`, 50 `error`. */
  readonly level: number;
  /** By `performance.now()`. */
  readonly startedAt: number;
  readonly text: string;
  /** Of an error: its name, message and stack. */
  readonly error?: string;
}

/** @returns a function that ends it; undefined for a logger that is not of `pino`. */
export function tapLog(log: object, hear: (line: LogLine) => void): (() => void) | undefined {
  return replaceWrite(
    log,
    (write) =>
      function (about, text, level) {
        hear(lineOf(about, text, level));
        return write.call(this, about, text, level);
      },
  );
}

const LONGEST_LINE = 4000;

function lineOf(about: unknown, text: unknown, level: number): LogLine {
  const { err, error = err, msg } = Object(about) as { err?: unknown; error?: unknown; msg?: unknown };
  const fault = about instanceof Error ? about : error;
  const line = { level, startedAt: performance.now() };
  // pino takes a message of any type.
  const message = String(text ?? msg ?? (fault instanceof Error ? fault.message : ''));
  const cut = { ...line, text: message.slice(0, LONGEST_LINE) };
  return fault instanceof Error ? { ...cut, error: String(fault.stack ?? fault).slice(0, LONGEST_LINE) } : cut;
}
