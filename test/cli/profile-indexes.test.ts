/** The advice on new indexes for the marketplace: nothing beside our indexes, and a set as good where they are missing. */
import { type AskedShape, askedShapes } from 'hotpath/advisor/asked-shapes';
import { adviseIndexes } from 'hotpath/advisor/indexes/advise-indexes';
import { withClone } from 'hotpath/advisor/indexes/clone';
import { type PlannedStatement, StatementPlanner } from 'hotpath/advisor/indexes/planner';
import { readWorkload, wantedStatements } from 'hotpath/advisor/indexes/workload';
import { upkeepOf } from 'hotpath/advisor/upkeep';
import type pg from 'pg';
import { beforeAll, expect, it } from 'vitest';
import { datamodel } from '#datamodel';
import { buildApp } from '../../src/app.ts';
import { loadConfig } from '../../src/config/config.ts';
import { testEnvironment } from '../support/app.ts';
import { scratchDatabase } from '../support/database.ts';
import { onDatabase } from '../support/on-database.ts';

/** A statement that costs this many units more is not slower by the clock (`npm run bench -- indexes`): some pages in memory. */
const UNNOTICED_UNITS = 25;
/** An index stays in the advice for such a saving, and goes once it alone saves less than half of it. */
const LEAST_SAVING_UNITS = 10;

/** The trial of some hundred indexes; a busy machine takes several times as long as an idle one. */
const LONG = { timeout: 900_000 };

const SECONDARY_INDEXES = `
  SELECT i.indexrelid::regclass::text AS name
    FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
   WHERE c.relnamespace = 'public'::regnamespace AND NOT i.indisunique`;

let url: string;
let shapes: AskedShape[];

beforeAll(async () => {
  url = await scratchDatabase('small');
  const app = buildApp(loadConfig(testEnvironment(url)));
  await app.ready();
  shapes = askedShapes(app.hotpath);
  await app.close();
  await onDatabase(url, (client) => client.query('VACUUM ANALYZE'));
}, LONG.timeout);

async function advisedIndexes() {
  const found = await withClone(url, (clone) =>
    onDatabase(url, (client) => adviseIndexes({ client, clone, shapes, counted: undefined, dataModel: datamodel })),
  );
  if ('missing' in found) throw new Error(found.missing);
  expect(found.notes).toEqual([]);
  return found;
}

/** The statements of every route, with values of real rows. */
const statements = () =>
  onDatabase(
    url,
    async (client) =>
      (await readWorkload(new StatementPlanner(client), wantedStatements(shapes, undefined))).statements,
  );

async function costsOf(client: pg.Client, planned: readonly PlannedStatement[]): Promise<number[]> {
  const planner = new StatementPlanner(client);
  const costs: number[] = [];
  for (const statement of planned) costs.push((await planner.planOf(statement)).cost);
  return costs;
}

/** Statements that are more than a tenth dearer, and by more than these units. */
const dearer = (planned: readonly PlannedStatement[], costs: { before: number[]; after: number[]; units: number }) =>
  planned.flatMap(({ routes }, index) => {
    const [was, is] = [costs.before[index]!, costs.after[index]!];
    return is > was * 1.1 && is > was + costs.units ? [`${routes[0]}: ${was} → ${is}`] : [];
  });

/** Sends what routes and jobs send, so that each of our indexes counts a scan. */
async function useIndexes(client: pg.Client): Promise<void> {
  for (const { text, values } of shapes) await client.query(text, [...values]);
  await client.query(`
    SET enable_seqscan = off;
    SELECT count(*) FROM readings WHERE received_at > now();
    SELECT count(*) FROM reports WHERE expires_at < now();
    RESET enable_seqscan`);
  await client.query('SELECT pg_stat_force_next_flush()');
}

it('finds no new index beside ours, and the two unused and the covered one that are planted', LONG, async () => {
  await onDatabase(url, async (client) => {
    await client.query(`
      CREATE INDEX planted_unused_1 ON products (image_url);
      CREATE INDEX planted_unused_2 ON reviews (title, rating);
      CREATE INDEX planted_covered ON products (merchant_id)`);
    await client.query('SELECT pg_stat_reset()');
    await useIndexes(client);
  });
  const { indexes, planned } = await advisedIndexes();
  expect(indexes).toEqual([]);
  expect(planned).toBe(new Set(shapes.map(({ text }) => text)).size);
  const upkeep = await onDatabase(url, upkeepOf);
  expect(upkeep.map(({ kind, subject }) => `${kind}: ${subject}`).sort()).toEqual([
    'covered index: planted_covered',
    'unused index: planted_unused_1',
    'unused index: planted_unused_2',
  ]);
});

it(
  'brings back a set under which no statement is dearer than with ours, and names no useless index',
  LONG,
  async () => {
    const planned = await statements();
    const withOurs = await onDatabase(url, (client) => costsOf(client, planned));
    await onDatabase(url, async (client) => {
      const { rows } = await client.query<{ name: string }>(SECONDARY_INDEXES);
      for (const { name } of rows) await client.query(`DROP INDEX ${name}`);
    });
    const { indexes } = await advisedIndexes();
    await onDatabase(url, async (client) => {
      for (const { sql } of indexes) await client.query(sql);
      const withAdvised = await costsOf(client, planned);
      expect(dearer(planned, { before: withOurs, after: withAdvised, units: UNNOTICED_UNITS })).toEqual([]);
      for (const { sql } of indexes) {
        await client.query(`BEGIN; DROP INDEX ${/"[^"]+"/.exec(sql)![0]}`);
        const without = { before: withAdvised, after: await costsOf(client, planned), units: LEAST_SAVING_UNITS / 2 };
        expect(dearer(planned, without), sql).not.toEqual([]);
        await client.query('ROLLBACK');
      }
    });
    expect(indexes.map(({ prisma }) => prisma)).toContainEqual({
      model: 'Product',
      line: '@@index([categoryId, createdAt, id])',
    });
  },
);
