/** The members that the library needs of `pg` beyond its documentation, on a real server. A failure names the member that has moved. */
import { randomUUID } from 'node:crypto';
import {
  clientsOf,
  MessageParser,
  messagesOf,
  owesAnswer,
  prepareValue,
  processIdOf,
  QUERY_HANDLERS,
  type QueryConnection,
  queueOf,
  socketOf,
  startupParametersOf,
} from 'hotpath/session/pg-internals';
import pg from 'pg';
import Cursor from 'pg-cursor';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { scratchDatabase } from '../../../../test/support/database.ts';

let pool: pg.Pool;
let client: pg.PoolClient;

beforeAll(async () => {
  pool = new pg.Pool({ connectionString: await scratchDatabase('empty') });
  // The database is dropped by force, which may cut a connection that is just being closed.
  pool.on('error', () => {});
  client = await pool.connect();
  client.on('error', () => {});
});

afterAll(async () => {
  client.release();
  await pool.end();
});

it('a pool lists its connections as `_clients`', () => {
  expect(clientsOf(pool), 'pg-pool has no list `_clients` any more').toEqual([client]);
});

it('a client knows the process of its server as `processID`', async () => {
  const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
  expect(processIdOf(client), 'pg.Client has no `processID` any more').toBe(rows[0]!.pid);
});

it('a client says by `readyForQuery` whether it owes an answer', async () => {
  const message = 'pg.Client has no `readyForQuery` any more';
  expect(owesAnswer(client), message).toBe(false);
  const answer = client.query('SELECT 1');
  expect(owesAnswer(client), message).toBe(true);
  await answer;
  expect(owesAnswer(client), message).toBe(false);
});

it('a client keeps in `_queryQueue` the queries that it has not sent, the next one first', async () => {
  const answers = [client.query('SELECT 1 AS first'), client.query('SELECT 2 AS second'), client.query('SELECT 3')];
  const texts = queueOf(client).map((query) => (query as { text: string }).text);
  expect(texts, 'pg.Client has no `_queryQueue` any more').toEqual(['SELECT 2 AS second', 'SELECT 3']);
  await Promise.all(answers);
  expect(queueOf(client)).toEqual([]);
});

it('a client makes the parameters of its startup message in `getStartupConf`, which a subclass may override', async () => {
  expect(startupParametersOf(client), 'pg.Client has no `getStartupConf` any more').toMatchObject({
    database: client.database,
  });
  class Named extends pg.Client {
    getStartupConf(): Record<string, string> {
      return { ...startupParametersOf(this), application_name: 'contract' };
    }
  }
  const named = new Named({ connectionString: pool.options.connectionString! });
  await named.connect();
  const { rows } = await named.query(`SELECT current_setting('application_name') AS name`);
  await named.end();
  expect(rows, 'pg.Client does not send what `getStartupConf` returns').toEqual([{ name: 'contract' }]);
});

it('a connection has a socket as `stream`', () => {
  const { remotePort, setTimeout, destroy } = socketOf(client);
  expect(remotePort, 'the `stream` of pg.Connection is no socket any more').toBe(client.port);
  expect([typeof setTimeout, typeof destroy]).toEqual(['function', 'function']);
});

it('a connection hears its stream in `attachListeners`, and emits each message by its name', async () => {
  const connection = new pg.Connection();
  const { attachListeners, emit, _emitMessage } = messagesOf(connection);
  expect(attachListeners, 'pg.Connection has no `attachListeners(stream)` any more').toHaveLength(1);
  expect(typeof emit).toBe('function');
  expect(_emitMessage, 'pg.Connection has no `_emitMessage` any more').toBe(false);
  const names: string[] = [];
  for (const name of ['rowDescription', 'dataRow', 'commandComplete', 'readyForQuery']) {
    client.connection.on(name, () => names.push(name));
  }
  await client.query('SELECT 1');
  expect(names, 'pg.Connection emits other messages').toEqual([
    'rowDescription',
    'dataRow',
    'commandComplete',
    'readyForQuery',
  ]);
});

it('the parser passes each message to `handlePacket` with its place in the buffer', () => {
  const seen: number[][] = [];
  class Watching extends MessageParser {
    override handlePacket(start: number, code: number, length: number, bytes: Buffer) {
      seen.push([start, code, length, bytes[start]!]);
      return super.handlePacket(start, code, length, bytes);
    }
  }
  const names: string[] = [];
  // ReadyForQuery, idle: its code, its length, its state.
  new Watching().parse(Buffer.from([0x5a, 0, 0, 0, 5, 0x49]), ({ name }) => names.push(name));
  expect(seen, 'the parser of pg-protocol calls `handlePacket` otherwise').toEqual([[5, 0x5a, 5, 0x49]]);
  expect(names).toEqual(['readyForQuery']);
});

it('a connection remembers the statements that it has prepared, and those that it is preparing', async () => {
  const connection = client.connection as unknown as QueryConnection;
  const name = randomUUID();
  const known = () => [connection.submittedNamedStatements[name], connection.parsedStatements[name]];
  expect(known(), 'pg.Connection has no `parsedStatements` or no `submittedNamedStatements`').toEqual([
    undefined,
    undefined,
  ]);
  const answer = client.query({ name, text: 'SELECT 1' });
  expect(known()[0], '`pg` does not note the statement that it prepares').toBe('SELECT 1');
  await answer;
  expect(known()[1], '`pg` does not note the statement that it has prepared').toBe('SELECT 1');
});

it('a connection takes a query that submits itself, in one write', async () => {
  const query = new OneRow();
  const columns = await new Promise<readonly unknown[]>((resolve, reject) => {
    query.callback = (error, row) => (error ? reject(error) : resolve(row));
    client.query(query as unknown as pg.Submittable);
  });
  expect(columns, 'pg.Connection takes parse, bind, describe, execute or sync otherwise').toEqual(['7', '{1}']);
});

/** A query that sends its messages itself, and collects the columns of its last row. */
class OneRow {
  callback: (error: Error | null, row: readonly unknown[]) => void = () => {};
  #row: readonly unknown[] = [];

  submit(connection: QueryConnection): null {
    connection.stream.cork();
    connection.parse({ text: 'SELECT $1::int AS n, $2::text[] AS list', name: '' });
    connection.bind({ statement: '', values: [7, ['1']], binary: false, valueMapper: prepareValue });
    connection.describe({ type: 'P', name: '' });
    connection.execute({});
    connection.sync();
    connection.stream.uncork();
    return null;
  }

  handleRowDescription({ fields }: { fields: readonly { name: string; dataTypeID: number }[] }): void {
    expect(fields.map(({ name, dataTypeID }) => [name, dataTypeID])).toEqual([
      ['n', 23],
      ['list', 1009],
    ]);
  }

  handleDataRow({ fields }: { fields: readonly unknown[] }): void {
    this.#row = fields;
  }

  handleCommandComplete(): void {}

  handleReadyForQuery(): void {
    this.callback(null, this.#row);
  }

  handleError(error: Error): void {
    this.callback(error, []);
  }
}

it('a query hears of its answer by the handlers that the library knows, and by no others', () => {
  const handlersOf = ({ prototype }: { readonly prototype: object }) =>
    Object.getOwnPropertyNames(prototype).filter((name) => /^handle[A-Z]/.test(name));
  const unknown = [...handlersOf(pg.Query), ...handlersOf(Cursor)].filter(
    (name) => !(QUERY_HANDLERS as readonly string[]).includes(name),
  );
  expect(unknown, '`pg` calls handlers that QUERY_HANDLERS does not list').toEqual([]);
  expect(handlersOf(pg.Query).length, 'the queries of `pg` have no handlers any more').toBeGreaterThan(5);
});
