/** Advises on new indexes: from the workload to the chosen indexes, each proved by the planner. */
import type pg from 'pg';
import type { DataModel } from '../../model/data-model.ts';
import type { CatalogClient, OnAdvisorProgress } from '../advice.ts';
import type { AskedShape } from '../asked-shapes.ts';
import type { DearStatement } from '../dear-statements.ts';
import { candidatesFor } from './candidates.ts';
import { chooseIndexes } from './choose-indexes.ts';
import { type IndexAdvice, indexAdviceOf } from './index-advice.ts';
import { ClonedIndexes, HypotheticalIndexes, type IndexTrial } from './index-trial.ts';
import { PartialConditions } from './partial-conditions.ts';
import { StatementPlanner } from './planner.ts';
import { ReplacedIndexes } from './replaced-indexes.ts';
import { TableFacts } from './table-facts.ts';
import { upkeepCost } from './upkeep-cost.ts';
import { readWorkload, wantedStatements } from './workload.ts';
import { newColumnsOf } from './writes-text.ts';

/** New indexes, or the sentence that says why there is no advice. */
export type IndexFindings =
  | {
      readonly indexes: readonly IndexAdvice[];
      /** The number of statements that were planned. */
      readonly planned: number;
      /** Statements that PostgreSQL cannot plan alone, as sentences. */
      readonly notes: readonly string[];
    }
  | { readonly missing: string };

export interface IndexAdvising {
  /** The database that is looked at. */
  readonly client: pg.ClientBase;
  /** A clone of it, on which real indexes are tried; without it, HypoPG in the database. */
  readonly clone?: pg.ClientBase | undefined;
  readonly shapes: readonly AskedShape[];
  /** The statements that the database has counted; undefined without pg_stat_statements. */
  readonly counted: readonly DearStatement[] | undefined;
  /** Also shapes that were never sent. */
  readonly everyShape?: boolean;
  readonly dataModel?: DataModel | undefined;
  readonly onProgress?: OnAdvisorProgress;
}

const NO_PROOF =
  'To advise on new indexes, run CREATE EXTENSION hypopg; as a superuser, or name a copy of the database with --clone.';
const NO_WORKLOAD =
  'To advise on new indexes, the command needs statements: pg_stat_statements, or a MODULE that builds the server.';

/** Reads alone: hypothetical indexes exist in the memory of one connection. */
export async function adviseIndexes(advising: IndexAdvising): Promise<IndexFindings> {
  const { client, clone, shapes, counted, everyShape, dataModel, onProgress } = advising;
  const trial: IndexTrial | undefined = clone ? new ClonedIndexes(clone) : await HypotheticalIndexes.of(client);
  if (!trial) return { missing: NO_PROOF };
  const wanted = wantedStatements(shapes, counted, everyShape);
  if (wanted.length === 0) return { missing: NO_WORKLOAD };
  const facts = await TableFacts.read(client);
  const planner = new StatementPlanner(clone ?? client);
  const workload = await readWorkload(planner, wanted, onProgress);
  const isCounted = counted !== undefined && !everyShape;
  const share = isCounted ? await countedShare(client) : undefined;
  const conditions = await PartialConditions.read(planner, workload.uses);
  const chosen = await chooseIndexes(candidatesFor(workload.uses, facts, conditions), {
    ...{ planner, trial, isCounted, onProgress, statements: workload.statements },
    upkeepOf: (candidate) => upkeepCost(facts, candidate, share),
    newColumnOf: (candidate) => newColumnsOf(facts, candidate)[0],
  });
  const replaced = await ReplacedIndexes.read(client);
  const tables = { facts, replaced, dataModel, isCounted, searched: await searchedSchema(client) };
  return {
    indexes: chosen.map((each) => indexAdviceOf(each, tables)),
    planned: workload.statements.length,
    notes: [...workload.unplanned].map(([reason, count]) => `${count} statements could not be planned: ${reason}.`),
  };
}

const RESETS = `
  SELECT extract(epoch FROM now() - coalesce(d.stats_reset, pg_postmaster_start_time()))::float AS counters,
         extract(epoch FROM now() - i.stats_reset)::float AS statements
    FROM pg_stat_database d, SCHEMA.pg_stat_statements_info i
   WHERE d.datname = current_database()`;

const EXTENSION = `
  SELECT quote_ident(n.nspname) AS schema
    FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace
   WHERE e.extname = 'pg_stat_statements'`;

/** The part of the counted writes that fell into the time since calls are counted; all of them where no one knows. */
async function countedShare(client: CatalogClient): Promise<number> {
  const [extension] = (await client.query(EXTENSION)).rows as { schema: string }[];
  if (!extension) return 1;
  const [ages] = (await client.query(RESETS.replace('SCHEMA', extension.schema))).rows as {
    counters: number | null;
    statements: number | null;
  }[];
  if (!ages?.counters || !ages.statements) return 1;
  return Math.min(1, ages.statements / ages.counters);
}

async function searchedSchema(client: CatalogClient): Promise<string> {
  return ((await client.query('SELECT current_schema() AS name')).rows as { name: string }[])[0]!.name;
}
