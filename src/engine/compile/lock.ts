/**
 * A lock on one row, if it is of one of some versions: for a change whose own condition cannot hold the version.
 * A change that was committed meanwhile is seen: PostgreSQL checks the condition again once it has the lock.
 */
import type { DataModel, ScalarField } from './data-model.ts';
import { at } from './error.ts';
import { encode } from './plan/value.ts';
import { comparand } from './sql/native.ts';
import { table } from './sql/scope.ts';
import { lines, list, name, parameter } from './sql/text.ts';
import { versionValue } from './sql/version.ts';

export interface VersionLock {
  readonly model: string;
  /** Fields with the values that name the row. */
  readonly where: Readonly<Record<string, unknown>>;
  /** The field that is the version, and the versions that will do, as they are read beside a row. */
  readonly version: string;
  readonly among: readonly string[];
}

/** @throws CompileError for a value that its field cannot have. @returns a statement that gives the row, or none. */
export function lockStatement(dataModel: DataModel, { model: modelName, where, version, among }: VersionLock) {
  const model = dataModel.models[modelName]!;
  const scalar = (field: string) => model.fields[field] as ScalarField;
  const fields = Object.keys(where);
  const values = fields.map((field) => encode(dataModel, scalar(field), where[field], at(undefined, field)));
  const conditions = fields.map((field, index) => {
    return `${name(scalar(field).column)} = ${comparand(scalar(field), index + 1)}`;
  });
  const allowed = among.map((_, index) => parameter(fields.length + index + 1)).join(', ');
  conditions.push(`(${versionValue(scalar(version), name(scalar(version).column))})::text IN (${allowed})`);
  const text = lines(list('SELECT', ['1 AS "locked"']), `FROM ${table(model)}`, whereAll(conditions), 'FOR UPDATE');
  return { text, values: [...values, ...among] };
}

const whereAll = (conditions: readonly string[]): string => `WHERE ${conditions.join('\n  AND ')}`;
