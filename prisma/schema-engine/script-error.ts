/** An SQL script that PostgreSQL refused, with the description of Prisma's native engine. */

import type { DatabaseError } from 'pg';
import { KnownError } from './known-error.ts';

/** Lines of the script shown before the one at fault. */
const CONTEXT_LINES = 5;

/** The fields of PostgreSQL's error message. */
export type ScriptFailure = Pick<DatabaseError, 'message'> &
  Partial<Pick<DatabaseError, 'code' | 'severity' | 'detail' | 'hint' | 'where' | 'position'>>;

export class ScriptError extends Error {
  readonly script: string;
  readonly reason: ScriptFailure;
  /** PostgreSQL's message, and its place in the script. */
  readonly description: string;

  /**
   * @param message the part of the script that was sent. PostgreSQL counts positions from its start, and gives none for
   *   most failures; the place is the message's `first` then.
   */
  constructor(script: string, reason: ScriptFailure, message: { start: number; first?: number } = { start: 0 }) {
    super(reason.message);
    this.script = script;
    this.reason = reason;
    this.description = describe(reason, linesUpTo(script, place(script, reason, message)));
  }
}

/** The error for a migration that stops a deployment (P3018). */
export function migrationError(migration: string, { reason, description }: ScriptError): KnownError {
  return new KnownError(
    'P3018',
    'A migration failed to apply. New migrations cannot be applied before the error is recovered from. ' +
      'Read more about how to resolve migration issues in a production database: https://pris.ly/d/migrate-resolve\n\n' +
      `Migration name: ${migration}\n\nDatabase error code: ${reason.code}\n\nDatabase error:\n${description}`,
  );
}

/** The error for a migration that fails on the shadow database (P3006). */
export function shadowMigrationError(migration: string, { reason, description }: ScriptError): KnownError {
  return new KnownError(
    'P3006',
    `Migration \`${migration}\` failed to apply cleanly to the shadow database.\n\n` +
      `Database error code: ${reason.code}\n\nDatabase error:\n${description}`,
  );
}

function describe({ severity, message, detail, hint, where }: ScriptFailure, lines: string | undefined): string {
  return [
    `${severity}: ${message}`,
    detail && `DETAIL: ${detail}`,
    hint && `HINT: ${hint}`,
    where && `CONTEXT: ${where}`,
    lines && `\nPosition:\n${lines}`,
  ]
    .filter(Boolean)
    .join('\n');
}

/** The place of a failure in its script, in UTF-16 code units; PostgreSQL counts whole characters, from 1. */
function place(
  script: string,
  { position }: ScriptFailure,
  { start, first }: { start: number; first?: number },
): number | undefined {
  if (!position) return first;
  const before = Number(position) - 1;
  const characters = [...script.slice(start, start + 2 * before)].slice(0, before);
  return start + characters.join('').length;
}

/** The numbered lines of a script that lead to a place. */
function linesUpTo(script: string, at: number | undefined): string | undefined {
  if (at === undefined) return undefined;
  const line = script.slice(0, at).split('\n').length;
  const first = Math.max(0, line - 1 - CONTEXT_LINES);
  return script
    .split('\n')
    .slice(first, line)
    .map((text, index) => `${String(first + index + 1).padStart(3)} ${text}`)
    .join('\n');
}
