/** From the conditions of a plan to SQL, with the three values of Prisma's own conditions. */
import type { Predicate } from '../plan/plan.ts';
import { computed } from './computed.ts';
import { jsonPredicate } from './json-predicate.ts';
import { keyset } from './keyset.ts';
import { like } from './like.ts';
import { comparand } from './native.ts';
import { column, from, joined, related, relationOf, type Scope, type Sql, scalarOf } from './scope.ts';
import { block, lines, literal, parameter, where } from './text.ts';

export function predicate(sql: Sql, scope: Scope, node: Predicate): string {
  switch (node.is) {
    case 'and':
    case 'or':
      return junction(sql, scope, node);
    case 'not':
      return `NOT ${enclosed(sql, scope, node.of)}`;
    case 'null':
      return `${column(scope, node.field)} IS ${node.negated ? 'NOT NULL' : 'NULL'}`;
    case 'constant':
      return constant(column(scope, node.field), node);
    case 'compare':
      return comparison(scope, node);
    case 'among':
      return among(scope, node);
    case 'like':
      return like(textOf(scope, node), node);
    case 'list':
      return listComparison(scope, node);
    case 'empty':
      return `${column(scope, node.field)} ${node.negated ? '<>' : '='} '{}'`;
    case 'json':
      return jsonPredicate(column(scope, node.field), node);
    case 'some':
    case 'none':
    case 'every':
      return exists(sql, scope, node);
    case 'one':
      return one(sql, scope, node);
    case 'absent':
      return absent(sql, scope, node);
    case 'after':
      return keyset(scope, node.keys);
    case 'computed':
      return `${computed(sql, scope, node.value)} ${node.operator} ${parameter(node.operand)}`;
  }
}

type Of<Kind extends Predicate['is']> = Extract<Predicate, { is: Kind }>;

/** The terms of a conjunction, to be written below `WHERE`. */
export function conjuncts(sql: Sql, scope: Scope, node: Predicate): string[] {
  if (node.is === 'and') return node.of.flatMap((each) => conjuncts(sql, scope, each));
  if (node.is === 'one' && !node.negated) return present(sql, scope, node);
  const isEnclosed = node.is === 'or' || node.is === 'one';
  return [isEnclosed ? enclosed(sql, scope, node) : predicate(sql, scope, node)];
}

function junction(sql: Sql, scope: Scope, { is, of }: Of<'and' | 'or'>): string {
  if (of.length === 0) return is === 'and' ? 'TRUE' : 'FALSE';
  return of.map((each) => enclosed(sql, scope, each)).join(is === 'and' ? ' AND ' : ' OR ');
}

/** In parentheses where `NOT`, `AND` or `OR` beside it would tear it apart. */
function enclosed(sql: Sql, scope: Scope, node: Predicate): string {
  const text = predicate(sql, scope, node);
  const isCompound =
    node.is === 'and' || node.is === 'or' ? node.of.length > 0 : node.is === 'not' || node.is === 'one';
  return isCompound ? `(${text})` : text;
}

function constant(value: string, { value: given, negated }: Of<'constant'>): string {
  return `${value} ${negated ? '<>' : '='} ${typeof given === 'string' ? literal(given) : String(given).toUpperCase()}`;
}

function comparison(scope: Scope, { field, operator, value: slot, fold }: Of<'compare'>): string {
  const value = column(scope, field);
  const operand = comparand(scalarOf(scope, field), slot);
  return fold ? `lower(${value}) ${operator} lower(${operand})` : `${value} ${operator} ${operand}`;
}

/** A list is one parameter, so its length is not part of the shape. */
function among(scope: Scope, { field, values, negated, fold }: Of<'among'>): string {
  const value = column(scope, field);
  const list = comparand(scalarOf(scope, field), values, true);
  if (fold) {
    const folded = `SELECT lower(element.value) FROM unnest(${list}::text[]) AS element(value)`;
    return `lower(${value}) ${negated ? 'NOT IN' : 'IN'} (${folded})`;
  }
  return negated ? `${value} <> ALL (${list})` : `${value} = ANY (${list})`;
}

/** Prisma matches the characters of a `Citext`, and a `Char` without its padding, unless letter case does not matter. */
function textOf(scope: Scope, { field, fold }: Of<'like'>): string {
  const value = column(scope, field);
  const isConverted = ['Char', 'Citext'].includes(scalarOf(scope, field).native?.name ?? '');
  return isConverted && !fold ? `${value}::text` : value;
}

/** Lists of Json are equal as JSON. */
function listComparison(scope: Scope, { field, operator, value }: Of<'list'>): string {
  const list = column(scope, field);
  const operand = comparand(scalarOf(scope, field), value);
  if (scalarOf(scope, field).type === 'Json' && operator === '=')
    return `to_jsonb(${list}) = to_jsonb(${operand}::jsonb[])`;
  return `${list} ${operator} ${operand}`;
}

function exists(sql: Sql, outer: Scope, { is, field, where: condition }: Of<'some' | 'none' | 'every'>): string {
  const { scope, source, conditions } = related(sql, outer, field);
  const inner = is === 'every' ? ({ is: 'not', of: condition } as const) : condition;
  const terms = [...conditions, ...conjuncts(sql, scope, inner)];
  const select = block(lines('SELECT', from(scope, source), where(terms)));
  return `${is === 'some' ? 'EXISTS' : 'NOT EXISTS'} ${select}`;
}

/** A missing row fulfils no condition, and so the negation of every one. */
function one(sql: Sql, outer: Scope, node: Of<'one'>): string {
  if (!node.negated) return present(sql, outer, node).join(' AND ');
  const scope = joined(sql, outer, node.field);
  return `NOT ${enclosed(sql, scope, node.where)} OR ${keyOf(scope, outer, node.field)} IS NULL`;
}

function present(sql: Sql, outer: Scope, { field, where: condition }: Of<'one'>): string[] {
  const scope = joined(sql, outer, field);
  const terms = condition.is === 'and' ? conjuncts(sql, scope, condition) : [enclosed(sql, scope, condition)];
  return [...terms, `${keyOf(scope, outer, field)} IS NOT NULL`];
}

/** A column that is never null in a row that was joined. */
function keyOf(scope: Scope, outer: Scope, field: string): string {
  return column(scope, relationOf(outer, field).to[0]!);
}

/** A relation is absent when the fields that would hold its key, on either side, are all null. */
function absent(sql: Sql, outer: Scope, { field, negated }: Of<'absent'>): string {
  const { holdsKey, from: ours, to: theirs } = relationOf(outer, field);
  const scope = holdsKey ? outer : joined(sql, outer, field);
  const keys = (holdsKey ? ours : theirs).map((key) => `${column(scope, key)} IS NULL`);
  return `${negated ? 'NOT ' : ''}(${keys.join(' AND ')})`;
}
