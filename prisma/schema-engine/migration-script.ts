/**
 * Runs the script of a migration as Prisma's native engine does: each statement in a message of its own. PostgreSQL runs
 * several statements of one message in one transaction, in which `CREATE INDEX CONCURRENTLY` and `VACUUM` fail, as does
 * the use of an enum's new value. So the statements before a failed one stay applied. A script that must apply as a whole
 * has its own `BEGIN` and `COMMIT`.
 *
 * - A script with an error of syntax goes in one message, as Prisma's does, so that PostgreSQL runs no part of it.
 * - So does a script with a `LOCK` or `DECLARE`, which need a transaction, and no `BEGIN`.
 * - A transaction that a script leaves open is rolled back, because the engine records the script's outcome in this session.
 */

import { DriverAdapterError } from '@prisma/driver-adapter-utils';
import pg from 'pg';
import { ScriptError, type ScriptFailure } from './script-error.ts';
import { type ScriptStatement, splitStatements } from './statements.ts';

export interface ScriptSession {
  /** Runs a text in one message. Throws an error that the engine understands. */
  readonly run: (text: string) => Promise<unknown>;
  /** Does work on the session's connection whose failure does not reach `onFailure`. */
  readonly onConnection: <T>(work: (client: pg.ClientBase) => Promise<T>) => Promise<T>;
  /** PostgreSQL's error of the last failed `run`; undefined if the connection failed. */
  readonly refusal: () => ScriptFailure | undefined;
  /** Restores the settings that a script may have changed. */
  readonly settings: string;
}

type OnScriptFailure = (failure: ScriptError) => void;

/** Throws the errors of `run`. `onFailure` receives each first, with its place in the script. */
export async function runMigrationScript(
  session: ScriptSession,
  script: string,
  onFailure: OnScriptFailure,
): Promise<void> {
  if (script.includes('\0')) refuse(script, ZERO_BYTE, onFailure);
  for (const message of await messagesOf(session, script)) {
    try {
      await session.run(message.text);
    } catch (error) {
      const refusal = session.refusal();
      if (refusal) onFailure(new ScriptError(script, refusal, message));
      // The script's own failure matters. If the connection is lost, the engine's next query fails, too.
      await tidyUp(session).catch(() => {});
      throw error;
    }
  }
  if ((await tidyUp(session)) === 'open transaction') refuse(script, UNFINISHED, onFailure);
}

function refuse(script: string, failure: typeof UNFINISHED, onFailure: OnScriptFailure): never {
  onFailure(new ScriptError(script, failure));
  throw new DriverAdapterError({ kind: 'postgres', ...failure, detail: undefined, column: undefined });
}

const UNFINISHED = {
  code: '25000',
  severity: 'ERROR',
  message: 'the script began a transaction and did not end it, so PostgreSQL rolled it back',
  hint: 'End the script with COMMIT.',
};

const ZERO_BYTE = {
  code: '22021',
  severity: 'ERROR',
  message: 'the script contains a zero byte',
  hint: 'Save the script as UTF-8. A file in UTF-16 contains zero bytes.',
};

/** One statement, or a script whose statements go together. */
type Message = Pick<ScriptStatement, 'text' | 'start'> & Partial<Pick<ScriptStatement, 'first'>>;

/** A byte order mark does not belong to the script. A blank instead of it keeps all positions. */
async function messagesOf(session: ScriptSession, script: string): Promise<Message[]> {
  const text = script.replace(/^\uFEFF/, ' ');
  const statements = splitStatements(text);
  if (statements.length < 2) return statements;
  const apart = !needTransaction(statements) && (await parses(session, text));
  return apart ? statements : [{ text, start: 0 }];
}

/** Whether a statement that needs a transaction stands outside one. `SAVEPOINT` needs a `BEGIN` even in one message. */
function needTransaction(statements: ScriptStatement[]): boolean {
  let open = false;
  return statements.some(({ words: [word, next = ''] }) => {
    if (word === 'BEGIN' || word === 'START') open = true;
    if (word === 'COMMIT' || word === 'END' || word === 'ABORT') open = false;
    if (word === 'ROLLBACK' && next !== 'TO') open = false;
    return !open && /^(?:LOCK|DECLARE)$/.test(word ?? '');
  });
}

/**
 * Whether PostgreSQL can parse all of a script; it runs no part of it. True if the session cannot find out.
 * PostgreSQL parses the body of an SQL function when it is created, and no more than that if an argument is polymorphic.
 */
function parses({ onConnection }: ScriptSession, script: string): Promise<boolean> {
  return onConnection(async (client) => {
    try {
      await client.query(`BEGIN; SET LOCAL check_function_bodies = on;
CREATE FUNCTION pg_temp.parsed(anyelement) RETURNS void LANGUAGE sql AS ${pg.escapeLiteral(script)}`);
      return true;
    } catch (error) {
      const code = error instanceof pg.DatabaseError ? error.code : undefined;
      if (code === undefined || code.startsWith('57P')) throw error;
      return MAY_NOT_CREATE.has(code);
    } finally {
      await client.query('ROLLBACK').catch(() => {});
    }
  });
}

/** The role may not create temporary functions, the session is read-only, or an event trigger refuses functions. */
const MAY_NOT_CREATE: ReadonlySet<string> = new Set(['42501', '25006', 'P0001']);

/** A script's settings and role are its own: the next one begins as if it were alone. */
function tidyUp({ onConnection, settings }: ScriptSession): Promise<'open transaction' | undefined> {
  return onConnection(async (client) => {
    const open = client.getTransactionStatus() !== 'I';
    if (open) await client.query('ROLLBACK');
    await client.query(`RESET SESSION AUTHORIZATION; RESET ROLE; RESET ALL; ${settings}`);
    return open ? 'open transaction' : undefined;
  });
}
