/** A row drawn for a table: a value for each of its fields, and keys of existing rows in its foreign keys. */
import type { DataModel, Model, RelationField, ScalarField } from 'hotpath/model/data-model';
import { type Draw, once, pick, some } from './draw.ts';
import { onlyStored, type Stored, storedValuesOf } from './stored-values.ts';

/** The values for the database, by field. */
export type Row = Record<string, Stored>;

export interface Place {
  readonly model: Model;
  /** The existing rows of all models. */
  readonly rows: ReadonlyMap<string, readonly Row[]>;
  /** The number of rows drawn earlier for the model. */
  readonly index: number;
  /** Values that the row must have. */
  readonly fixed: Row;
}

export function foreignKeys(model: Model): RelationField[] {
  return Object.values(model.fields)
    .filter((field) => field.kind === 'relation')
    .filter(({ holdsKey }) => holdsKey);
}

/** The values of some fields, to compare them. */
export function keyText(row: Row, fields: readonly string[]): string {
  return JSON.stringify(fields.map((name) => row[name]));
}

export function drawRow(dataModel: DataModel, draw: Draw, { model, rows, index, fixed }: Place): Row {
  const row: Row = {};
  for (const field of Object.values(model.fields)) {
    if (field.kind === 'scalar') row[field.name] = drawStored(dataModel, draw, { model, field, index });
  }
  Object.assign(row, fixed);
  const settled = new Set(Object.keys(fixed));
  for (const field of foreignKeys(model)) refer(draw, { model, row, field, settled, targets: rows.get(field.model)! });
  return row;
}

interface Cell {
  readonly model: Model;
  readonly field: ScalarField;
  readonly index: number;
}

function drawStored(dataModel: DataModel, draw: Draw, { model, field, index }: Cell): Stored {
  if (field.name === 'id' && ['Int', 'BigInt'].includes(field.type)) return index + 1;
  const values = [...storedValuesOf(dataModel, field), ...(isJoined(model, field) ? [] : onlyStored(field))];
  if (field.list) return once(draw, 6) ? [] : some(draw, values, 3);
  return !field.required && once(draw, 3) ? null : pick(draw, values);
}

/** Prisma joins by the values that it has read, and reads a time in whole milliseconds. */
function isJoined(model: Model, { name }: ScalarField): boolean {
  return Object.values(model.fields).some((field) => field.kind === 'relation' && field.from.includes(name));
}

interface Reference {
  readonly model: Model;
  readonly row: Row;
  readonly field: RelationField;
  /** Fields whose values another foreign key has, or must have. */
  readonly settled: Set<string>;
  readonly targets: readonly Row[];
}

/** Keys may share fields: a target must have the settled values. A required key without a target keeps the drawn values. */
function refer(draw: Draw, { model, row, field, settled, targets }: Reference): void {
  const open = field.from.filter((name) => !settled.has(name));
  const fits = (target: Row) =>
    field.from.every(
      (name, index) => !settled.has(name) || keyText(row, [name]) === keyText(target, [field.to[index]!]),
    );
  const candidates = targets.filter(fits);
  for (const name of field.from) settled.add(name);
  if (candidates.length > 0 && (field.required || !once(draw, 4))) {
    const target = pick(draw, candidates);
    field.from.forEach((name, index) => {
      row[name] = target[field.to[index]!]!;
    });
  } else if (!field.required) {
    leaveOut(draw, { model, row, open });
  }
}

/** Sets all fields of a key to null, or one of them. */
function leaveOut(draw: Draw, { model, row, open }: { model: Model; row: Row; open: readonly string[] }): void {
  const nullable = open.filter((name) => !(model.fields[name] as ScalarField).required);
  const only = nullable.length > 1 && once(draw, 2) ? [pick(draw, nullable)] : nullable;
  for (const name of only) row[name] = null;
}
