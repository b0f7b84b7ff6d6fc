/** Advice on new indexes: what each saves, how large it is, and what it costs the writes. */
import type { DataModel } from '../../model/data-model.ts';
import type { ChosenIndex } from './choose-indexes.ts';
import { definitionOf, tableIn } from './index-candidate.ts';
import type { MeasuredWrites } from './measured-writes.ts';
import { indexNameOf, type PrismaIndexLine, prismaLineOf } from './prisma-index.ts';
import type { ReplacedIndexes } from './replaced-indexes.ts';
import type { TableFacts } from './table-facts.ts';
import { writesText } from './writes-text.ts';

/** A statement before and after, in the planner's units. */
export interface StatementSaving {
  /** The first request that sends it, or its text where no route is known. */
  readonly statement: string;
  /** Calls, where the database counts them. */
  readonly calls?: number;
  readonly before: number;
  readonly after: number;
}

/** An index that helps. */
export interface IndexAdvice {
  readonly table: string;
  /** Runs outside a transaction, and blocks no writer. */
  readonly sql: string;
  /** For a table of a Prisma model. */
  readonly prisma?: PrismaIndexLine;
  /** Existing indexes that it makes superfluous, each as the SQL that drops it after the new one was built. */
  readonly replaces: readonly string[];
  readonly bytes: number;
  /** The number of statements that it makes cheaper, and those that gain most. */
  readonly statements: number;
  readonly savings: readonly StatementSaving[];
  /** The cost of the index to writes, as sentences without the last full stop. */
  readonly writes: string;
  /** The same in figures, where a clone could measure it. */
  readonly measuredWrites?: MeasuredWrites;
}

const SHOWN_SAVINGS = 3;

export interface AdvisedTables {
  readonly facts: TableFacts;
  readonly replaced: ReplacedIndexes;
  readonly dataModel?: DataModel | undefined;
  readonly isCounted: boolean;
  /** The schema that needs no name. */
  readonly searched: string;
}

export function indexAdviceOf(
  chosen: ChosenIndex,
  { facts, replaced, dataModel, isCounted, searched }: AdvisedTables,
): IndexAdvice {
  const { candidate, bytes, helps, writes } = chosen;
  const prisma = dataModel && prismaLineOf(dataModel, candidate);
  return {
    table: tableIn(candidate, searched),
    sql: `CREATE INDEX CONCURRENTLY "${indexNameOf(candidate).replaceAll('"', '""')}" ${definitionOf(candidate, searched)};`,
    ...(prisma && { prisma }),
    replaces: replaced.by(candidate).map((name) => `DROP INDEX CONCURRENTLY ${name};`),
    bytes,
    statements: helps.length,
    savings: helps.slice(0, SHOWN_SAVINGS).map(({ text, routes, weight, before, after }) => {
      return { statement: routes[0] ?? text, ...(isCounted && { calls: weight }), before, after };
    }),
    writes: writesText(chosen, facts),
    ...(writes && { measuredWrites: writes }),
  };
}
