/**
 * Connections that owe an answer and stay silent: those to a machine that has vanished, or through a network that
 * drops packets.
 */
import type pg from 'pg';
import { owesAnswer, socketOf } from './pg-internals.ts';

/** The message of the error with which a silent connection ends. */
export const NO_ANSWER = 'Connection terminated: no answer.';

/**
 * Closes a connection that owes an answer and has sent nothing for `ms` milliseconds. Let that be longer than a statement
 * may take: PostgreSQL cancels such a statement itself. If its message does not arrive, TCP would wait for a quarter of an
 * hour.
 */
export function closeIfSilent(client: pg.Client, ms: number): void {
  const socket = socketOf(client);
  socket.setTimeout(ms, () => {
    if (owesAnswer(client)) socket.destroy(new Error(NO_ANSWER));
  });
}
