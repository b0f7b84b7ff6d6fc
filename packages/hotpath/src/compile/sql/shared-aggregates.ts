/**
 * Aggregates over the same related rows, such as an average and a count: one scan gives all of them, as a subquery that is
 * joined to each row. An aggregate that shares its rows with no other is a subquery in its own column, which needs no join.
 */
import { EVERYTHING, type Output } from '../plan/plan.ts';
import { type Aggregate, type AggregateValue, aggregateCall } from './computed.ts';
import { from, related, type Scope, type Sql } from './scope.ts';
import { block, lines, list, name, where } from './text.ts';

/** Whether outputs have aggregates over the same rows. */
export const haveSharedAggregates = (outputs: readonly Output[]): boolean =>
  [...groupsOf(outputs).values()].some(isShared);

/** The aggregates among the outputs of one scope. */
export class SharedAggregates {
  readonly #sql: Sql;
  readonly #scope: Scope;
  readonly #groups: ReadonlyMap<string, readonly Aggregate[]>;
  readonly #joined = new Map<string, (value: Aggregate) => AggregateValue>();

  constructor(sql: Sql, scope: Scope, outputs: readonly Output[]) {
    this.#sql = sql;
    this.#scope = scope;
    this.#groups = groupsOf(outputs);
  }

  /** The value in the joined subquery; undefined for an aggregate that shares its rows with no other. */
  valueOf(value: Aggregate): AggregateValue | undefined {
    const key = rowsKey(value);
    const group = this.#groups.get(key)!;
    if (!isShared(group)) return undefined;
    let valueIn = this.#joined.get(key);
    if (!valueIn) {
      valueIn = this.#join(key, group);
      this.#joined.set(key, valueIn);
    }
    return valueIn(value);
  }

  #join(key: string, group: readonly Aggregate[]): (value: Aggregate) => AggregateValue {
    const [{ relation, where: condition }] = group as readonly [Aggregate];
    const { scope, source, conditions } = related(this.#sql, this.#scope, relation);
    const calls = [...new Set(group.map((each) => aggregateCall(scope, each)))];
    const terms = [...conditions, ...this.#sql.conjuncts(this.#sql, scope, condition)];
    const selected = calls.map((call, index) => `${call} AS ${columnName(index)}`);
    const alias = name(this.#sql.names.alias(`${relation}_aggregates`));
    const rows = block(lines(list('SELECT', selected), from(scope, source), where(terms)));
    this.#scope.joins.set(`aggregates of ${key}`, {
      scope: { ...scope, joins: new Map() },
      text: `CROSS JOIN LATERAL ${rows} AS ${alias}`,
    });
    return (value) => ({ scope, text: `${alias}.${columnName(calls.indexOf(aggregateCall(scope, value)))}` });
  }
}

const columnName = (index: number): string => name(String(index + 1));

const isShared = (group: readonly Aggregate[]): boolean => group.length > 1;

/** Conditions whose values have different slots are different. */
const rowsKey = ({ relation, where }: Aggregate): string => `${relation} ${JSON.stringify(where)}`;

const groupsOf = (outputs: readonly Output[]): ReadonlyMap<string, readonly Aggregate[]> =>
  Map.groupBy(outputs.flatMap(aggregatesOf), rowsKey);

function aggregatesOf(output: Output): readonly Aggregate[] {
  if (typeof output === 'string') return [];
  if (output.kind === 'counts') return output.counts.map(({ field, where }) => countAggregate(field, where));
  return output.kind === 'computed' && output.value.kind === 'aggregate' ? [output.value] : [];
}

/** The number of rows of a relation. */
export const countAggregate = (relation: string, where: Aggregate['where'] = EVERYTHING): Aggregate => ({
  kind: 'aggregate',
  function: 'count',
  relation,
  field: null,
  where,
});
