/**
 * A lock on one row, if it is of one of some versions, or of none: for a change whose own condition cannot hold the version.
 * A change that was committed meanwhile is seen: PostgreSQL checks the condition again once it has the lock.
 */
import type { DataModel, ScalarField } from '../model/data-model.ts';
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
  /** The field that is the version. */
  readonly version: string;
  /** The versions that will do, and those that will not, as they are read beside a row. */
  readonly among?: readonly string[];
  readonly except?: readonly string[];
}

/** @throws CompileError for a value that its field cannot have. @returns a statement that gives the row, or none. */
export function lockStatement(dataModel: DataModel, lock: VersionLock) {
  const { model: modelName, where, version, among, except = [] } = lock;
  const model = dataModel.models[modelName]!;
  const scalar = (field: string) => model.fields[field] as ScalarField;
  const fields = Object.keys(where);
  const values: unknown[] = fields.map((field) => encode(dataModel, scalar(field), where[field], at(undefined, field)));
  const conditions = fields.map((field, index) => {
    return `${name(scalar(field).column)} = ${comparand(scalar(field), index + 1)}`;
  });
  const current = `(${versionValue(scalar(version), name(scalar(version).column))})::text`;
  const parameters = (versions: readonly string[]) => versions.map((each) => parameter(values.push(each))).join(', ');
  if (among) conditions.push(`${current} IN (${parameters(among)})`);
  if (except.length > 0) conditions.push(`${current} NOT IN (${parameters(except)})`);
  const text = lines(list('SELECT', ['1 AS "locked"']), `FROM ${table(model)}`, whereAll(conditions), 'FOR UPDATE');
  return { text, values };
}

const whereAll = (conditions: readonly string[]): string => `WHERE ${conditions.join('\n  AND ')}`;
