/**
 * Runs compiled statements on a `pg` pool, for less than `pool.query` costs.
 *
 * The queries (`./read-query.ts`, `./rows-query.ts`) speak `pg`'s protocol for queries (`submit` and the `handle…`
 * methods). They build no result object, run no type parsers, and ask for the columns of a statement only the first time
 * on a connection. The figures are in decision 0026 (`docs/decisions/`). Short reads share sessions (decision 0097).
 */
import type { Taken } from '../session/shared-sessions.ts';
import type { ReadRow, Statement } from './compile.ts';
import { type ExecuteOptions, PreparedReads, type ReadPool } from './prepared-reads.ts';
import { StatementTimes } from './statement-times.ts';

export type Execute = (statement: Statement) => Promise<ReadRow>;

export const executeOn = (pool: ReadPool, options: ExecuteOptions = {}): Execute =>
  executeWith(pool, new PreparedReads(pool, options));

/** @param reads of the pool, for other code that sends reads on its sessions, too. */
export function executeWith(pool: ReadPool, reads: PreparedReads): Execute {
  const times = new StatementTimes();
  return (statement) =>
    new Promise((resolve, reject) => {
      const take: Taken = (unavailable, client, release) => {
        if (unavailable || !client) return reject(unavailable);
        const sentAt = performance.now();
        const query = reads.run(client, statement, (error, row) => {
          if (query.wasPrepared) times.add(statement, (performance.now() - sentAt) / query.batchSize);
          release!(isBroken(error) ? error : undefined);
          if (error) reject(error);
          else resolve(row!);
        });
      };
      const part = pool.share && times.partOf(statement);
      if (part === undefined) pool.connect(take as never);
      else pool.share!(take, part);
    });
}

/** An error with a SQLSTATE leaves the connection fit for use. */
const isBroken = (error: Error | null): error is Error => error !== null && !('severity' in error);
