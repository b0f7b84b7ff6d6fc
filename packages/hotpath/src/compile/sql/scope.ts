/**
 * A scope: one table in a statement under an alias, and the to-one relations that are joined to it.
 *
 * To-one relations that a condition or an order goes through are joined on a unique key, so a join never multiplies
 * rows; a relation is joined once however often it is named. The planner turns the LEFT JOIN into an inner one where
 * the condition is strict, so a filter on the related row may drive the whole statement.
 */
import type { DataModel, Model, RelationField, ScalarField } from '../../model/data-model.ts';
import type { Predicate } from '../plan/plan.ts';
import type { StatementNames } from './names.ts';
import { block, lines, name, nameText } from './text.ts';

export interface Sql {
  readonly dataModel: DataModel;
  readonly names: StatementNames;
  /** The terms of a conjunction. A condition may compare an aggregate, which has conditions itself. */
  conjuncts(sql: Sql, scope: Scope, node: Predicate): string[];
}

export interface Scope {
  readonly model: Model;
  readonly alias: string;
  readonly joins: Map<string, { readonly scope: Scope; readonly text: string }>;
  /** The names of the fields whose columns have been written. */
  readonly read: Set<string>;
}

export function openScope({ dataModel, names }: Sql, model: string, wanted: string): Scope {
  return { model: dataModel.models[model]!, alias: names.alias(wanted), joins: new Map(), read: new Set() };
}

export function scalarOf(scope: Scope, field: string): ScalarField {
  return scope.model.fields[field] as ScalarField;
}

export function relationOf(scope: Scope, field: string): RelationField {
  return scope.model.fields[field] as RelationField;
}

export function column(scope: Scope, field: string): string {
  scope.read.add(field);
  return `${name(scope.alias)}.${name(scalarOf(scope, field).column)}`;
}

/** A table by the names that it has in the database. */
export interface TableName {
  readonly schema?: string;
  readonly table: string;
}

export function table({ schema, table }: TableName): string {
  return schema === undefined ? name(table) : `${name(schema)}.${name(table)}`;
}

/** The table as a value, for functions such as `to_regclass`. */
export function tableText({ schema, table }: TableName): string {
  return schema === undefined ? nameText(table) : `${nameText(schema)}.${nameText(table)}`;
}

/** `FROM`, with the relations joined so far; to be called when every condition and order has been written. */
export function from(scope: Scope, source = aliased(scope)): string {
  return [`FROM ${source}`, ...joinsOf(scope)].join('\n');
}

export function aliased({ model, alias }: Scope): string {
  return model.table === alias && !model.schema ? name(alias) : `${table(model)} AS ${name(alias)}`;
}

function joinsOf(scope: Scope): string[] {
  return [...scope.joins.values()].flatMap((join) => [join.text, ...joinsOf(join.scope)]);
}

/** The scope of a to-one relation, joined to this one. */
export function joined(sql: Sql, scope: Scope, field: string): Scope {
  const known = scope.joins.get(field);
  if (known) return known.scope;
  const relation = relationOf(scope, field);
  const inner = openScope(sql, relation.model, field);
  const on = matches(scope, relation, inner).join(' AND ');
  scope.joins.set(field, {
    scope: inner,
    text: `LEFT JOIN ${aliased(inner)} ON ${on}`,
  });
  return inner;
}

/**
 * The scope of a to-one relation, joined to this one where some conditions hold for its row.
 * @param conditions written in that scope, which they may join others to.
 */
export function joinedWhere(sql: Sql, scope: Scope, field: string, conditions: (inner: Scope) => string[]): Scope {
  const relation = relationOf(scope, field);
  const inner = openScope(sql, relation.model, field);
  const terms = [...matches(scope, relation, inner), ...conditions(inner)];
  const source = inner.joins.size === 0 ? aliased(inner) : block(lines(aliased(inner), ...joinsOf(inner)));
  const outer: Scope = { ...inner, joins: new Map() };
  scope.joins.set(`${field} where`, { scope: outer, text: `LEFT JOIN ${source} ON ${terms.join('\n  AND ')}` });
  return outer;
}

export function joinedThrough(sql: Sql, scope: Scope, through: readonly string[]): Scope {
  return through.reduce((outer, field) => joined(sql, outer, field), scope);
}

function matches(scope: Scope, { from, to }: RelationField, inner: Scope): string[] {
  return from.map((field, index) => `${column(inner, to[index]!)} = ${column(scope, field)}`);
}

/** The rows of a relation: where they come from, and the conditions that tie them to the outer row. */
export interface Related {
  readonly scope: Scope;
  readonly source: string;
  readonly conditions: readonly string[];
}

export function related(sql: Sql, outer: Scope, field: string): Related {
  const relation = relationOf(outer, field);
  const scope = openScope(sql, relation.model, field);
  const { through } = relation;
  if (!through) return { scope, source: aliased(scope), conditions: matches(outer, relation, scope) };
  const pairs = name(sql.names.alias(`${field}_pairs`));
  const on = `${column(scope, relation.to[0]!)} = ${pairs}.${name(through.to)}`;
  return {
    scope,
    source: `${table(through)} AS ${pairs}\nJOIN ${aliased(scope)} ON ${on}`,
    conditions: [`${pairs}.${name(through.from)} = ${column(outer, relation.from[0]!)}`],
  };
}
