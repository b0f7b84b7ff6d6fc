/** An SQL script that PostgreSQL refused, told as Prisma's native engine tells it. */

import type { DatabaseError } from 'pg';
import { KnownError } from './known-error.ts';

/** Lines of the script shown before the one at fault. */
const CONTEXT_LINES = 5;

export class ScriptError extends Error {
  readonly script: string;
  readonly reason: DatabaseError;
  /** What PostgreSQL said, and the place in the script that it means. */
  readonly description: string;

  constructor(script: string, reason: DatabaseError) {
    super(reason.message);
    this.script = script;
    this.reason = reason;
    this.description = describe(script, reason);
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

/** The error for a migration that fails where it was to be tried (P3006). */
export function shadowMigrationError(migration: string, { reason, description }: ScriptError): KnownError {
  return new KnownError(
    'P3006',
    `Migration \`${migration}\` failed to apply cleanly to the shadow database.\n\n` +
      `Database error code: ${reason.code}\n\nDatabase error:\n${description}`,
  );
}

function describe(script: string, { severity, message, detail, hint, where, position }: DatabaseError): string {
  return [
    `${severity}: ${message}`,
    detail && `DETAIL: ${detail}`,
    hint && `HINT: ${hint}`,
    where && `CONTEXT: ${where}`,
    position && `\nPosition:\n${linesUpTo(script, Number(position))}`,
  ]
    .filter(Boolean)
    .join('\n');
}

/** The numbered lines of a script that lead to a position, which PostgreSQL counts in characters from 1. */
function linesUpTo(script: string, position: number): string {
  const line = [...script]
    .slice(0, position - 1)
    .join('')
    .split('\n').length;
  const first = Math.max(0, line - 1 - CONTEXT_LINES);
  return script
    .split('\n')
    .slice(first, line)
    .map((text, index) => `${String(first + index + 1).padStart(3)} ${text}`)
    .join('\n');
}
