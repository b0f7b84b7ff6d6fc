/** Rows as bytes, and that other queries of a connection notice nothing of it. */
import { openRowSource, type RowReceiver, rowSourceOf } from 'hotpath/session/raw-rows';
import { SessionClient } from 'hotpath/session/session-client';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { scratchDatabase } from '../../../../test/support/database.ts';

let url: string;
let client: SessionClient;

beforeAll(async () => {
  url = await scratchDatabase('empty');
  client = new SessionClient({ connectionString: url });
  // The database is dropped by force, which may cut a connection that is just being closed.
  client.on('error', () => {});
  await client.connect();
});

afterAll(() => client.end());

/** A query of pg's protocol that keeps a copy of its rows. */
class Raw implements RowReceiver {
  readonly rows: Buffer[] = [];
  readonly #text: string;
  readonly #binary: boolean;
  callback: ((error: Error | null) => void) | undefined;

  constructor(text: string, binary: boolean) {
    this.#text = text;
    this.#binary = binary;
  }

  submit(connection: pg.Connection): null {
    rowSourceOf(connection)!.receiver = this;
    connection.parse({ text: this.#text, name: '', types: [] }, true);
    connection.bind({ binary: this.#binary } as never, true);
    connection.execute({} as never, true);
    connection.sync();
    return null;
  }

  takeRow(bytes: Buffer, start: number): void {
    const length = bytes.readInt32BE(start + 2);
    this.rows.push(Buffer.from(bytes.subarray(start + 6, start + 6 + length)));
  }

  handleReadyForQuery(connection: pg.Connection): void {
    rowSourceOf(connection)!.receiver = undefined;
    this.callback?.(null);
  }

  handleError(error: Error, connection: pg.Connection): void {
    rowSourceOf(connection)!.receiver = undefined;
    this.callback?.(error);
  }

  handleCommandComplete(): void {}
}

async function rawRows(text: string, binary = true): Promise<Buffer[]> {
  const query = new Raw(text, binary);
  await new Promise<void>((resolve, reject) => {
    query.callback = (error) => (error ? reject(error) : resolve());
    client.query(query as unknown as pg.Submittable);
  });
  return query.rows;
}

describe('a receiver', () => {
  it('gets rows in the binary format', async () => {
    expect(await rawRows('SELECT 258::int4')).toEqual([Buffer.from([0, 0, 1, 2])]);
  });

  it('gets each whole, however the socket has cut them', async () => {
    const rows = await rawRows(`SELECT repeat(chr(96 + i), i * 20011) FROM generate_series(1, 26) AS i`);
    expect(rows.map(({ length }) => length)).toEqual(Array.from({ length: 26 }, (_, index) => (index + 1) * 20_011));
    for (const [index, row] of rows.entries()) expect(row.every((byte) => byte === 97 + index)).toBe(true);
  });

  it('leaves the other queries of the connection as they are', async () => {
    await rawRows('SELECT 1');
    expect((await client.query('SELECT 258 AS n, NULL AS nothing')).rows).toEqual([{ n: 258, nothing: null }]);
  });

  it('gets no rows after an error, and the connection goes on', async () => {
    await expect(rawRows('SELECT 1 / (3 - i) FROM generate_series(1, 5) AS i')).rejects.toThrow('division by zero');
    expect((await client.query('SELECT 1 AS n')).rows).toEqual([{ n: 1 }]);
    expect(await rawRows('SELECT i FROM generate_series(1, 3) AS i', false)).toEqual(['1', '2', '3'].map(Buffer.from));
  });
});

it('a client that was not opened so gives no rows as bytes', async () => {
  const plain = new pg.Client({ connectionString: url });
  await plain.connect();
  expect(rowSourceOf(plain.connection)).toBeUndefined();
  await plain.end();
  const opened = new pg.Client({ connectionString: url });
  openRowSource(opened.connection);
  await opened.connect();
  expect(rowSourceOf(opened.connection)).toMatchObject({ receiver: undefined });
  await opened.end();
});
