/** The dearest statements on a server with pg_stat_statements, and the sentences where it is missing. */
import { dearStatements } from 'hotpath/advisor/dear-statements';
import { statementsTable } from 'hotpath/advisor/statements-table';
import pg from 'pg';
import { expect, it, onTestFinished } from 'vitest';
import { countingDatabase } from '../../../../test/support/counting-server.ts';

/** A client of a new server. @param libraries those that the server loads as it starts. */
async function clientOf(libraries?: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: await countingDatabase(libraries) });
  await client.connect();
  onTestFinished(() => client.end());
  return client;
}

it('ranks the statements of a database by total time, each with its counts', async () => {
  const client = await clientOf();
  await client.query('CREATE TABLE notes AS SELECT n AS id FROM generate_series(1, 20000) n');
  await client.query('SELECT pg_stat_statements_reset()');
  for (const id of [1, 2, 3]) await client.query(`SELECT id FROM notes WHERE id = ${id}`);
  const found = await dearStatements(client);
  if (!('statements' in found)) throw new Error(found.missing);
  const times = found.statements.map(({ totalMs }) => totalMs);
  expect(times).toEqual(times.toSorted((a, b) => b - a));
  const notes = found.statements.find(({ text }) => text.includes('FROM notes'))!;
  expect(notes).toMatchObject({ text: 'SELECT id FROM notes WHERE id = $1', calls: 3, rows: 3 });
  expect(notes.blocksRead + notes.blocksHit).toBeGreaterThan(0);
  expect(notes.meanMs * 3).toBeCloseTo(notes.totalMs);
  expect(statementsTable(found.statements)).toContain('SELECT id FROM notes WHERE id = ?');
});

it('says how to get the extension where it is not created, and where it is not loaded', async () => {
  const client = await clientOf('');
  expect(await dearStatements(client)).toEqual({ missing: expect.stringContaining('CREATE EXTENSION') });
  await client.query('CREATE EXTENSION pg_stat_statements');
  expect(await dearStatements(client)).toEqual({ missing: expect.stringContaining('shared_preload_libraries') });
});
