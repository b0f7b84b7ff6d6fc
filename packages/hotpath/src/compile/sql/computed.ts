/** Computed values in SQL, as a value to compare with and as JSON. */
import type { ComputedPlan, Predicate } from '../plan/plan.ts';
import { isWrittenByPostgres } from './binary-output.ts';
import { comparand, isMoney, operandOf } from './native.ts';
import { output, type ValueType } from './output.ts';
import { column, from, joinedThrough, type Related, related, type Scope, type Sql, scalarOf } from './scope.ts';
import { block, lines, where } from './text.ts';

/** A computed value over the rows of a to-many relation. */
export type Aggregate = Extract<ComputedPlan, { kind: 'aggregate' }>;
type Comparison = Extract<ComputedPlan, { kind: 'compare' }>;

/** To filter or order by. The relations of a comparison are joined, so that the comparison may drive the statement. */
export function computed(sql: Sql, scope: Scope, value: ComputedPlan): string {
  if (value.kind === 'compare') return orFalse(comparison(joinedThrough(sql, scope, value.through), value));
  return aggregate(sql, related(sql, scope, value.relation), value, (text) => text);
}

/** To give back: a subquery, as for any relation. */
export function computedOutput(sql: Sql, scope: Scope, value: ComputedPlan): string {
  if (value.kind === 'compare') return orFalse(comparisonOutput(sql, scope, value));
  const rows = related(sql, scope, value.relation);
  return aggregate(sql, rows, value, (text) => aggregateOutput(sql, rows.scope, value, text));
}

/** A computed value in PostgreSQL's own type, and the type of Prisma's that it stands for. */
export interface ComputedValue {
  readonly text: string;
  readonly type: ValueType;
  /** Whether it is JSON already. */
  readonly isJson: boolean;
}

/** An aggregate that is computed already: its text, and the scope of the related rows. */
export interface AggregateValue {
  readonly scope: Scope;
  readonly text: string;
}

/**
 * To give back in the binary format.
 * @param known the value of an aggregate that is computed together with others.
 */
export function computedValue(sql: Sql, scope: Scope, value: ComputedPlan, known?: AggregateValue): ComputedValue {
  if (value.kind === 'compare') return { text: computedOutput(sql, scope, value), type: BOOLEAN, isJson: false };
  if (known) return aggregateValue(sql, known.scope, value, (write) => write(known.text));
  const rows = related(sql, scope, value.relation);
  return aggregateValue(sql, rows.scope, value, (write) => aggregate(sql, rows, value, write));
}

type Write = (text: string) => string;

function aggregateValue(sql: Sql, scope: Scope, value: Aggregate, written: (write: Write) => string): ComputedValue {
  const type = aggregateType(scope, value);
  const isJson = isWrittenByPostgres(type);
  const text = written((each) => {
    if (isJson) return `to_json(${aggregateOutput(sql, scope, value, each)})`;
    return type.type === 'Float' && value.function === 'avg' ? `${each}::float8` : each;
  });
  return { text, type, isJson };
}

const BOOLEAN: ValueType = { type: 'Boolean', list: false };

function aggregateType(scope: Scope, { function: fn, field }: Aggregate): ValueType {
  if (field === null) return { type: 'Int', list: false };
  const scalar = scalarOf(scope, field);
  const isWhole = scalar.type === 'Int' || scalar.type === 'BigInt';
  if (fn === 'avg') return { type: isWhole ? 'Float' : scalar.type, list: false };
  return fn === 'sum' && isMoney(scalar) ? { type: 'Decimal', list: false } : scalar;
}

export function countOf(sql: Sql, scope: Scope, relation: string, condition: Predicate): string {
  return computed(sql, scope, { kind: 'aggregate', function: 'count', relation, field: null, where: condition });
}

/** The call of an aggregate, over the rows of a scope. */
export const aggregateCall = (scope: Scope, { function: fn, field }: Aggregate): string =>
  field === null ? 'count(*)' : `${fn}(${operand(scope, field)})`;

function aggregate(sql: Sql, rows: Related, value: Aggregate, write: Write): string {
  const { scope, source, conditions } = rows;
  const text = aggregateCall(scope, value);
  const terms = [...conditions, ...sql.conjuncts(sql, scope, value.where)];
  return block(lines(`SELECT ${write(text)}`, from(scope, source), where(terms)));
}

/** The types of Prisma's aggregates: an average of whole numbers is a Float. */
function aggregateOutput({ dataModel }: Sql, scope: Scope, { function: fn, field }: Aggregate, text: string): string {
  if (field === null) return text;
  const scalar = scalarOf(scope, field);
  if (fn === 'min' || fn === 'max') return output(dataModel, scalar, text);
  const isWhole = scalar.type === 'Int' || scalar.type === 'BigInt';
  return isWhole && fn === 'avg' ? `${text}::float8` : output(dataModel, { type: scalar.type, list: false }, text);
}

const operand = (scope: Scope, field: string): string => operandOf(scalarOf(scope, field), column(scope, field));

function comparison(scope: Scope, { field, operator, value }: Comparison): string {
  return `${column(scope, field)} ${operator} ${comparand(scalarOf(scope, field), value)}`;
}

function comparisonOutput(sql: Sql, outer: Scope, value: Comparison): string {
  const [first, ...further] = value.through;
  if (first === undefined) return comparison(outer, value);
  const { scope, source, conditions } = related(sql, outer, first);
  const text = comparison(joinedThrough(sql, scope, further), value);
  return block(lines(`SELECT ${text}`, from(scope, source), where(conditions)));
}

function orFalse(text: string): string {
  return `coalesce(${text}, FALSE)`;
}
