import pg from 'pg';
import { afterEach, expect, inject, it } from 'vitest';
import { adminUrl, scratchDatabase, testDatabaseUrl } from './database.ts';
import { withDatabase } from './template.ts';

const open: pg.Client[] = [];

async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url });
  open.push(client);
  await client.connect();
  return client;
}

async function tables(client: pg.Client): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(
    `select tablename as name from pg_tables where schemaname = 'public' order by 1`,
  );
  return rows.map(({ name }) => name);
}

afterEach(() => Promise.all(open.splice(0).map((client) => client.end())));

it('gives a test file one migrated database', async () => {
  expect(await testDatabaseUrl()).toBe(await testDatabaseUrl());
  expect(await tables(await connect(await testDatabaseUrl()))).toContain('_prisma_migrations');
});

it('gives scratch databases, each its own, migrated or empty', async () => {
  const [one, other, empty] = await Promise.all([scratchDatabase(), scratchDatabase(), scratchDatabase('empty')]);
  expect(new Set([one, other, empty, await testDatabaseUrl()]).size).toBe(4);
  await (await connect(one!)).query('create table mine ()');
  expect(await tables(await connect(one!))).toContain('mine');
  expect(await tables(await connect(other!))).not.toContain('mine');
  expect(await tables(await connect(empty!))).toEqual([]);
});

it('lets no session into the template that they are copied from', async () => {
  const entering = connect(withDatabase(adminUrl(), inject('postgres').template));
  await expect(entering).rejects.toThrow('is not currently accepting connections');
});
