/**
 * Every embedding of every resource, as every role: the viewer gets no row that the policy of the row's own resource hides.
 * The rows refer to each other across users at random, the same rows in each run, so a missing condition shows; and every
 * fourth product is a draft, so each policy hides some row.
 */

import { name } from 'hotpath/compile/sql/text';
import type { RelationField, ScalarField } from 'hotpath/model/data-model';
import { policies } from 'hotpath/testing';
import pg from 'pg';
import { expect, it } from 'vitest';
import { datamodel } from '#datamodel';
import { as, useApp } from '../support/app.ts';
import { ownerUrl, testDatabaseUrl } from '../support/database.ts';

const app = useApp({ seeded: true });

/** Rows of a table refer to rows at random; a row stays as it is if a unique key forbids the change. */
async function scatter(client: pg.Client, table: string, [key, field]: [RelationField, ScalarField]): Promise<void> {
  const target = datamodel.models[key.model]!;
  const [ours, theirs] = [name(field.column), name((target.fields[key.to[0]!] as ScalarField).column)];
  const { rows } = await client.query(
    `SELECT ctid::text AS place FROM ${name(table)} WHERE ${ours} IS NOT NULL LIMIT 400`,
  );
  for (const { place } of rows) {
    const text = `UPDATE ${name(table)} SET ${ours} = (SELECT ${theirs} FROM ${name(target.table)} ORDER BY random() LIMIT 1)
      WHERE ctid = '${place}'`;
    await client.query(text).catch(() => {});
  }
}

async function scatterAll(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ name: string }>('SELECT tablename AS name FROM pg_tables');
  const tables = new Set(rows.map((row) => row.name));
  for (const { table, fields } of Object.values(datamodel.models).filter((model) => tables.has(model.table))) {
    for (const key of Object.values(fields)) {
      if (key.kind !== 'relation' || !key.holdsKey || key.from.length !== 1) continue;
      await scatter(client, table, [key, fields[key.from[0]!] as ScalarField]);
    }
  }
}

it('shows no viewer a row, a field or a value that a policy hides', async () => {
  const client = new pg.Client({ connectionString: ownerUrl(await testDatabaseUrl()) });
  await client.connect();
  await client.query('SELECT setseed(0.5)');
  await client.query("UPDATE products SET status = 'draft' WHERE id % 4 = 0");
  await scatterAll(client).finally(() => client.end());
  const users = [1, 2, 3, 7].map((id) => [`user ${id}`, as(id)] as const);
  const viewers = { public: {}, ...Object.fromEntries(users), admin: as(1, 'admin') };
  const { requests, rows, hidden } = await policies({ app: app(), as: viewers });
  expect(requests).toBeGreaterThan(1000);
  expect(rows).toBeGreaterThan(10_000);
  expect(hidden).toMatchObject({ transaction: expect.any(Number), order: expect.any(Number) });
}, 180_000);
