/** Runs both forms of a compiled read, rows and JSON, and compares them: their answers are equal to the byte. */
import type { ReadRow, Statement } from 'hotpath/compile/compile';
import { executeOn } from 'hotpath/compile/execute';
import { openRowSource } from 'hotpath/session/raw-rows';
import pg from 'pg';
import { expect } from 'vitest';

/** A client of any session whose rows may be read as bytes. */
class RowsClient extends pg.Client {
  constructor(config?: pg.ClientConfig) {
    super(config);
    openRowSource(this.connection);
  }
}

/** A pool of sessions that have the settings of the database, or those in `options`. */
export const rowsPool = (config: pg.PoolConfig): pg.Pool =>
  new pg.Pool({ ...config, Client: RowsClient } as pg.PoolConfig);

/** The answer of a statement, as rows. Each runs twice, because PostgreSQL describes the columns of a prepared statement once. */
export async function readBothForms(pool: pg.Pool, statement: Statement): Promise<ReadRow> {
  const execute = executeOn(pool);
  expect(statement.rows).toBeDefined();
  const answers: ReadRow[] = [];
  for (const each of [statement, statement.asJson!()]) {
    const named = { ...each, name: `both forms ${each === statement}` };
    const [first, second] = [await execute(named), await execute(named)];
    expect({ ...second, snapshot: first.snapshot }).toEqual(first);
    answers.push(first);
    await pool.query('DEALLOCATE ALL');
  }
  const [rows, json] = answers.map(({ snapshot, keys, ...row }) => ({ ...row, keys: keys && JSON.parse(keys) }));
  expect(rows).toEqual(json);
  return answers[0]!;
}
