/** The statements for which indexes are chosen: those that routes can send, and those that the database has counted. */
import type { OnAdvisorProgress } from '../advice.ts';
import type { AskedShape } from '../asked-shapes.ts';
import { countedText } from '../counted-text.ts';
import type { DearStatement } from '../dear-statements.ts';
import type { TableUse } from './plan-uses.ts';
import type { PlannedStatement, StatementPlanner } from './planner.ts';

/** The workload, with what it asks of the tables. */
export interface AdvisedWorkload {
  readonly statements: readonly PlannedStatement[];
  readonly uses: readonly TableUse[];
  /** Statements that PostgreSQL could not plan: the reason, with the number of statements. */
  readonly unplanned: ReadonlyMap<string, number>;
}

interface Wanted {
  readonly text: string;
  readonly values?: readonly unknown[];
  readonly weight: number;
  readonly routes: readonly string[];
  /** Columns whose constant in the text is the client's choice. */
  readonly chosen?: ReadonlySet<string>;
}

interface DraftStatement {
  readonly text: string;
  readonly values: readonly unknown[];
  readonly routes: string[];
  readonly chosen: Set<string>;
  requests: number;
}

/** Statements that read rows by a condition. */
const READS = /^\s*(?:\(|select|with|update|delete)\b/i;
/** The library's own statements, and those of the catalog. */
const FOREIGN =
  /\b(?:pg_catalog|information_schema|pgboss|graphile_worker|pg_class|pg_stat_\w+|pg_extension)\b|"?hotpath"?\./i;

/**
 * The statements that the workload has. Where calls are counted, a shape that was never sent is left out, unless
 * `everyShape`.
 * @param counted undefined if nothing counts calls.
 */
export function wantedStatements(
  shapes: readonly AskedShape[],
  counted: readonly DearStatement[] | undefined,
  everyShape = false,
): Wanted[] {
  const calls = new Map((counted ?? []).map((one) => [countedText(one.text), one]));
  const byText = new Map<string, DraftStatement>();
  for (const { text, values, request, requests, chosen } of shapes) {
    const known = byText.get(text) ?? { text, values, routes: [], requests: 0, chosen: new Set() };
    known.routes.push(request);
    known.requests += requests;
    for (const column of chosen) known.chosen.add(column);
    byText.set(text, known);
  }
  const asked = [...Map.groupBy(byText.values(), ({ text }) => countedText(text))].flatMap(([key, alike]) => {
    const one = calls.get(key);
    calls.delete(key);
    if (counted && !one && !everyShape) return [];
    // PostgreSQL counts texts that differ in constants alone as one.
    const weightOf = (requests: number) => (counted && !everyShape ? (one?.calls ?? 0) / alike.length : requests);
    return alike.map((shape) => ({ ...shape, weight: weightOf(shape.requests) }));
  });
  const others = [...calls.values()].filter(({ text }) => READS.test(text) && !FOREIGN.test(text));
  return [...asked, ...others.map(({ text, calls }) => ({ text, weight: everyShape ? 1 : calls, routes: [] }))];
}

/** Reads what the statements ask of their tables, and gives them values of real rows. */
export async function readWorkload(
  planner: StatementPlanner,
  wanted: readonly Wanted[],
  onProgress?: OnAdvisorProgress,
): Promise<AdvisedWorkload> {
  const statements: PlannedStatement[] = [];
  const uses: TableUse[] = [];
  const unplanned = new Map<string, number>();
  for (const [index, { text, values: given, weight, routes, chosen }] of wanted.entries()) {
    try {
      const asked = await planner.usesOf(text);
      const values = await planner.realValues(asked, given);
      await planner.planOf({ text, values });
      statements.push({ text, values, weight, routes });
      uses.push(...asked.uses.map((use) => withoutChosen(use, chosen)));
    } catch (error) {
      const reason = (error as Error).message;
      unplanned.set(reason, (unplanned.get(reason) ?? 0) + 1);
    }
    onProgress?.({ done: index + 1, total: wanted.length, part: 'statements' });
  }
  return { statements, uses, unplanned };
}

/** An index for one value that a client may choose helps no request with another value. */
const withoutChosen = (use: TableUse, chosen: ReadonlySet<string> | undefined): TableUse => ({
  ...use,
  constants: use.constants.filter(({ column, hasValue }) => !(hasValue && chosen?.has(column))),
});
