/** Computed values in SQL, as a value to compare with and as JSON. */
import type { ComputedPlan, Predicate } from '../plan/plan.ts';
import { output, type ValueType } from './output.ts';
import { conjuncts, where } from './predicate.ts';
import { column, from, joinedThrough, type Related, related, type Scope, type Sql, scalarOf } from './scope.ts';
import { block, lines, parameter } from './text.ts';

type Aggregate = Extract<ComputedPlan, { kind: 'aggregate' }>;

export function computed(sql: Sql, scope: Scope, value: ComputedPlan): string {
  if (value.kind === 'compare') return compare(sql, scope, value);
  const rows = related(sql, scope, value.relation);
  return aggregate(sql, rows, value, (text) => text);
}

export function computedOutput(sql: Sql, scope: Scope, value: ComputedPlan): string {
  if (value.kind === 'compare') return compare(sql, scope, value);
  const rows = related(sql, scope, value.relation);
  const type = typeOf(rows.scope, value);
  return aggregate(sql, rows, value, (text) =>
    output(sql.dataModel, type, type.type === 'Float' ? `${text}::float8` : text),
  );
}

export function countOf(sql: Sql, scope: Scope, relation: string, condition: Predicate): string {
  return computed(sql, scope, { kind: 'aggregate', function: 'count', relation, field: null, where: condition });
}

function aggregate(sql: Sql, rows: Related, value: Aggregate, write: (text: string) => string): string {
  const { scope, source, conditions } = rows;
  const text = value.field === null ? 'count(*)' : `${value.function}(${column(scope, value.field)})`;
  const terms = [...conditions, ...conjuncts(sql, scope, value.where)];
  return block(lines(`SELECT ${write(text)}`, from(scope, source), where(terms)));
}

/** The types of Prisma's aggregates: an average of whole numbers is a Float. */
function typeOf(scope: Scope, { function: fn, field }: Aggregate): ValueType {
  if (field === null) return { type: 'Int', list: false };
  const type = scalarOf(scope, field);
  if (fn === 'min' || fn === 'max') return type;
  if (type.type === 'Decimal') return { type: 'Decimal', list: false };
  return { type: fn === 'avg' ? 'Float' : type.type, list: false };
}

function compare(sql: Sql, scope: Scope, value: Extract<ComputedPlan, { kind: 'compare' }>): string {
  const at = joinedThrough(sql, scope, value.through);
  return `coalesce(${column(at, value.field)} ${value.operator} ${parameter(value.value)}, FALSE)`;
}
