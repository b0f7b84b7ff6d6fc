/**
 * No stale answer is judged fresh: random selections of every resource against random histories of writes, through triggers, log, tags
 * and snapshots. This is the most important test of freshness.
 */
import fc from 'fast-check';
import { createCompiler } from 'hotpath/compile/compile';
import { watch } from 'hotpath/freshness/watched';
import { cursorSigner } from 'hotpath/resource/cursor';
import { Registry } from 'hotpath/resource/registry';
import { SelectionParser } from 'hotpath/resource/selection';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { datamodel } from '../../../../prisma/generated/datamodel.ts';
import { modules } from '../../../../src/domain/index.ts';
import { testDatabaseUrl } from '../../../../test/support/database.ts';
import { live, type Stage, type Tally } from './history/history.ts';
import { drawSelection, modelsOf } from './history/selections.ts';
import { drawWrite, initialRows } from './history/writes.ts';

const HISTORIES = Number(process.env['HISTORIES'] ?? 10);
const SELECTIONS = 20;
const WRITES = 20;

const registry = new Registry(datamodel);
registry.add(...modules.flatMap(({ resources }) => resources));
const parser = new SelectionParser(registry, cursorSigner('a secret'));
let stage: Stage;

beforeAll(async () => {
  const client = new pg.Client({ connectionString: await testDatabaseUrl() });
  await client.connect();
  stage = { client, compiler: createCompiler({ dataModel: datamodel }), watched: watch(registry) };
});

afterAll(() => stage.client.end());

it('a follower never judges a changed answer fresh, and seldom judges an unchanged answer stale', {
  retry: 0,
  timeout: HISTORIES * 20_000,
}, async () => {
  const { rows } = await stage.client.query<{ name: string }>('select tablename as name from pg_tables');
  const tables = new Set(rows.map(({ name }) => name));
  const models = Object.values(datamodel.models).filter(({ table }) => tables.has(table));
  const all = models.map(({ table }) => `"${table}"`).join(', ');
  const tally: Tally = { kept: 0, changed: 0, wasted: 0, refused: 0 };
  const history = fc.gen().map((draw) => {
    const drawn = Array.from({ length: SELECTIONS }, () => drawSelection(draw, stage.watched, parser));
    const selections = drawn.filter((asked) => asked !== undefined);
    // Half of the writes aim at what the selections show.
    const shown = selections.flatMap((asked) => modelsOf(asked, datamodel)).filter((model) => models.includes(model));
    const writes = Array.from({ length: WRITES }, (_, index) => {
      return drawWrite(draw, index % 2 === 0 && shown.length > 0 ? shown : models, datamodel);
    });
    return { rows: initialRows(models, datamodel, draw), selections, writes };
  });
  const property = fc.asyncProperty(history, async ({ rows, selections, writes }) => {
    await stage.client.query(`TRUNCATE ${all}; ${rows.join('; ')}`);
    await live(stage, selections, writes, tally);
  });
  const { failed, seed, errorInstance } = await fc.check(property, { numRuns: HISTORIES, endOnFailure: true });
  if (failed) throw new Error(`With the seed ${seed}`, { cause: errorInstance });
  if (process.env['HISTORIES']) console.log(tally);
  // Enough answers changed for a result, and few unchanged ones were dropped.
  expect(tally.changed).toBeGreaterThan(2 * HISTORIES);
  expect(tally.wasted / (tally.wasted + tally.kept)).toBeLessThan(0.15);
});
