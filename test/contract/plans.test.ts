/**
 * Every statement that the service can issue has a plan without a sequential scan of a large table, and without a sort
 * that an index should serve: EXPLAIN of all of them, on the small seed, where a large table has thousands of rows.
 */

import type { Statement } from 'hotpath/compile/compile';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type App, buildApp } from '../../src/app.ts';
import { loadConfig } from '../../src/config.ts';
import { as, testEnvironment } from '../support/app.ts';
import { scratchDatabase } from '../support/database.ts';
import { holdToDocument } from '../support/replies.ts';
import { questionsOf } from './questions.ts';
import { collectRoutes, type FoundRoute } from './routes.ts';
import { catchStatements } from './statements.ts';

const LARGE_TABLE_ROWS = 1000;
const LARGE_SORT_ROWS = 1000;

/** Plans that are what was wanted, each with the reason. */
const ACCEPTED: readonly { readonly question: RegExp; readonly complaint: RegExp; readonly why: string }[] = [];

let app: App;
let routes: FoundRoute[];
let client: pg.Client;
let large: Set<string>;

beforeAll(async () => {
  const url = await scratchDatabase('small');
  app = buildApp(loadConfig(testEnvironment(url)));
  holdToDocument(app);
  routes = collectRoutes(app);
  await app.ready();
  client = new pg.Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query<{ name: string }>(
    'select relname as name from pg_class where reltuples >= $1 and relkind = $2',
    [LARGE_TABLE_ROWS, 'r'],
  );
  large = new Set(rows.map(({ name }) => name));
}, 120_000);

afterAll(async () => {
  await client.end();
  await app.close();
});

interface PlanNode {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly 'Plan Rows': number;
  readonly 'Sort Key'?: string[];
  readonly Plans?: PlanNode[];
}

async function planOf({ text, values }: Statement): Promise<PlanNode> {
  const { rows } = await client.query(`explain (format json) ${text}`, values as unknown[]);
  return rows[0]['QUERY PLAN'][0].Plan;
}

function complaints(node: PlanNode): string[] {
  const inside = (node.Plans ?? []).flatMap(complaints);
  const relation = node['Relation Name'];
  if (node['Node Type'] === 'Seq Scan' && relation && large.has(relation)) inside.push(`reads all of ${relation}`);
  const sorted = node['Node Type'] === 'Sort' ? (node.Plans?.[0]?.['Plan Rows'] ?? 0) : 0;
  if (sorted >= LARGE_SORT_ROWS) inside.push(`sorts ${sorted} rows by ${node['Sort Key']?.join(', ')}`);
  return inside;
}

async function statementsOf(question: string): Promise<Statement[]> {
  return catchStatements(app, async () => {
    const reply = await app.inject({ url: question, headers: as(1, 'admin') });
    // A table that the seed does not fill has plans, too.
    expect([question, reply.statusCode === 404 ? 200 : reply.statusCode]).toEqual([question, 200]);
  });
}

it('has an index for whatever can be asked', async () => {
  expect(large).toContain('transactions');
  const found: string[] = [];
  let asked = 0;
  for (const question of routes.flatMap((route) => questionsOf(route, app.hotpath.resources))) {
    for (const statement of await statementsOf(question)) {
      asked += 1;
      for (const complaint of complaints(await planOf(statement))) {
        const accepted = ACCEPTED.some((each) => each.question.test(question) && each.complaint.test(complaint));
        if (!accepted) found.push(`${question} ${complaint}`);
      }
    }
  }
  expect(found).toEqual([]);
  expect(asked).toBeGreaterThan(100);
}, 120_000);

it('has an index for the page behind a cursor', async () => {
  const found: string[] = [];
  for (const { url, read } of routes.filter(({ read }) => read?.kind === 'list')) {
    const path = url.replace(/:\w+/g, '1');
    const sorts = ['', ...read!.resource.sorts.flatMap((sort) => [`&sort=${sort}`, `&sort=-${sort}`])];
    for (const sort of sorts) {
      const first = await app.inject({ url: `${path}?limit=3${sort}`, headers: as(1, 'admin') });
      const { next } = first.json().meta;
      if (!next) continue;
      const [statement] = await statementsOf(`${path}?limit=3${sort}&after=${next}`);
      found.push(...complaints(await planOf(statement!)).map((complaint) => `${path} ${sort} ${complaint}`));
    }
  }
  expect(found).toEqual([]);
});
