/** Conditions on a Json value: always as `jsonb`, so that a `Json` column of type `json` can be compared too. */
import type { JsonTest, Predicate, Slot } from '../plan/plan.ts';
import { like, pattern } from './like.ts';
import { parameter } from './text.ts';

type JsonPredicate = Extract<Predicate, { is: 'json' }>;

export function jsonPredicate(column: string, { test, path, negated, loose }: JsonPredicate): string {
  const value = at(column, path);
  const typed = (type: string, text: string) =>
    loose ? `(${text} OR jsonb_typeof(${value}) <> '${type}')` : `(${text} AND jsonb_typeof(${value}) = '${type}')`;
  switch (test.test) {
    case 'equals':
      return `${value} ${negated ? '<>' : '='} ${json(test.value)}`;
    case 'null':
      return nullness(path === null ? column : value, value, test.null, negated);
    case 'contains':
      return typed('array', `${value} @> ${json(test.value)}`);
    case 'first':
    case 'last':
      return typed('array', `${value} -> ${test.test === 'first' ? 0 : -1} = ${json(test.value)}`);
    case 'compare':
      return typed(test.type, `${value} ${test.operator} ${json(test.value)}`);
    case 'text':
      return typed('string', textMatch(column, path, test));
  }
}

function at(column: string, path: Slot | null): string {
  return path === null ? `${column}::jsonb` : `(${column}::jsonb #> ${parameter(path)}::text[])`;
}

function json(slot: Slot): string {
  return `${parameter(slot)}::jsonb`;
}

/** A path into a value gives its text; the value itself gives its JSON, quotes and all, as in Prisma. */
function textMatch(column: string, path: Slot | null, test: Extract<JsonTest, { test: 'text' }>): string {
  const text = path === null ? `${column}::text` : `(${column}::jsonb #>> ${parameter(path)}::text[])`;
  if (!test.fold) return like(text, { ...test, negated: false });
  return `lower(${text}) LIKE lower(${pattern(test.at, test.value)})`;
}

function nullness(stored: string, value: string, kind: 'database' | 'json' | 'any', negated: boolean): string {
  const database = `${stored} IS ${negated ? 'NOT NULL' : 'NULL'}`;
  const inJson = `${value} ${negated ? '<>' : '='} 'null'`;
  if (kind === 'any') return `(${inJson} ${negated ? 'AND' : 'OR'} ${database})`;
  return kind === 'json' ? inJson : database;
}
