/** Statements on their way to the database, caught. */
import type pg from 'pg';
import type { Statement } from '../../src/engine/compile/compile.ts';

/** What `work` sends through the pool, in order. */
export async function catchStatements(pool: pg.Pool, work: () => Promise<unknown>): Promise<Statement[]> {
  const caught: Statement[] = [];
  const { query } = pool;
  pool.query = ((statement: Statement) => {
    caught.push(statement);
    return (query as (statement: Statement) => unknown).call(pool, statement);
  }) as typeof pool.query;
  try {
    await work();
  } finally {
    pool.query = query;
  }
  return caught;
}
