/** Plans the statements of a workload, without running any. */
import type pg from 'pg';
import { alikeParameters, type ProfiledPlanNode, type TableUse, tableUses } from './plan-uses.ts';
import { SampledValues } from './sampled-values.ts';

/** A statement of a workload. */
export interface PlannedStatement {
  readonly text: string;
  readonly values: readonly unknown[];
  /** Calls, or where they are unknown the number of the possible requests that send it. */
  readonly weight: number;
  /** The requests that send it; empty where none is known. */
  readonly routes: readonly string[];
}

/** The cost of a statement in the planner's units, and the indexes that its plan uses. */
export interface StatementPlan {
  readonly cost: number;
  readonly indexes: ReadonlySet<string>;
  /** The bytes of the rows that PostgreSQL expects to send. */
  readonly bytes: number;
}

/** The demands of a statement on its tables. */
export interface StatementDemands {
  readonly uses: readonly TableUse[];
  /** Of its parameters. */
  readonly types: readonly string[];
  /** Numbers of parameters that must be equal for the statement to find rows. */
  readonly alike: readonly (readonly [number, number])[];
}

/** Without an index every condition is a filter or a join, and every order a sort. */
const WITHOUT_INDEX = ['indexscan', 'indexonlyscan', 'bitmapscan', 'mergejoin', 'memoize', 'hashagg'].map(
  (method) => `SET enable_${method} = off`,
);
const GENERIC = [
  ...WITHOUT_INDEX,
  'SET max_parallel_workers_per_gather = 0',
  'SET plan_cache_mode = force_generic_plan',
];

const SETTINGS = ['indexscan', 'indexonlyscan', 'bitmapscan', 'mergejoin', 'memoize', 'hashagg'].map(
  (method) => `RESET enable_${method}`,
);
const USUAL = [...SETTINGS, 'RESET max_parallel_workers_per_gather', 'RESET plan_cache_mode'];

/** Values for parameters that are compared with no column, such as a limit, by their type. */
const DEFAULTS: Readonly<Record<string, string>> = {
  smallint: '20',
  integer: '20',
  bigint: '20',
  boolean: 'true',
  text: 'a',
  'character varying': 'a',
};

export class StatementPlanner {
  readonly client: pg.ClientBase;
  readonly #values: SampledValues;

  constructor(client: pg.ClientBase) {
    this.client = client;
    this.#values = new SampledValues(client);
  }

  async planOf({ text, values }: Pick<PlannedStatement, 'text' | 'values'>): Promise<StatementPlan> {
    const { rows } = await this.client.query(`EXPLAIN (FORMAT JSON) ${text}`, [...values]);
    const plan = rows[0]['QUERY PLAN'][0].Plan as ProfiledPlanNode;
    return {
      cost: plan['Total Cost'],
      indexes: new Set(indexesIn(plan)),
      bytes: plan['Plan Rows'] * plan['Plan Width'],
    };
  }

  /** The part of the rows of a table that meet a condition, as the planner estimates it. @param table in SQL. */
  async shareOf(table: string, condition: string): Promise<number> {
    const rowsOf = async (text: string) => {
      const { rows } = await this.client.query(`EXPLAIN (FORMAT JSON) ${text}`);
      return (rows[0]['QUERY PLAN'][0].Plan as ProfiledPlanNode)['Plan Rows'];
    };
    const all = await rowsOf(`SELECT FROM ${table}`);
    return (await rowsOf(`SELECT FROM ${table} WHERE ${condition}`)) / Math.max(1, all);
  }

  /** The demands of a statement on its tables. @throws an error of PostgreSQL for a text that cannot be planned. */
  async usesOf(text: string): Promise<StatementDemands> {
    await this.client.query(`PREPARE hotpath_profile AS ${text}`);
    try {
      const types = await this.#typesOfPrepared();
      const nulls = types.length === 0 ? '' : `(${types.map(() => 'NULL').join(', ')})`;
      await this.client.query(GENERIC.join(';'));
      const { rows } = await this.client.query(`EXPLAIN (VERBOSE, FORMAT JSON) EXECUTE hotpath_profile${nulls}`);
      const plan = rows[0]['QUERY PLAN'][0].Plan as ProfiledPlanNode;
      return { uses: tableUses(plan), types, alike: alikeParameters(plan) };
    } finally {
      await this.client.query(`${USUAL.join(';')}; DEALLOCATE hotpath_profile`);
    }
  }

  /** The values of a statement with those that are compared with a column taken from the rows of its table. */
  async realValues(
    { uses, types, alike }: StatementDemands,
    given: readonly unknown[] | undefined,
  ): Promise<unknown[]> {
    const sampled = new Set<number>();
    const values: unknown[] = types.map((type, index) => given?.[index] ?? DEFAULTS[type] ?? null);
    for (const use of uses) {
      for (const compared of use.parameters) {
        const value = await this.#values.of(use, compared);
        if (value === null) continue;
        values[compared.parameter - 1] = value;
        sampled.add(compared.parameter);
      }
    }
    for (const [one, other] of alike) {
      if (sampled.has(other)) values[one - 1] = values[other - 1];
      else values[other - 1] = values[one - 1];
    }
    return values;
  }

  async #typesOfPrepared(): Promise<string[]> {
    const { rows } = await this.client.query(
      "SELECT parameter_types::text[] AS types FROM pg_prepared_statements WHERE name = 'hotpath_profile'",
    );
    return rows[0].types;
  }
}

function indexesIn(node: ProfiledPlanNode): string[] {
  const inside = (node.Plans ?? []).flatMap(indexesIn);
  const own = node['Index Name'];
  return own === undefined ? inside : [own, ...inside];
}
