/** Random writes in SQL, as any client may send them: one row or many, in every table, with cascades, moves and rollbacks. */

import type { DataModel, Model, RelationField, ScalarField } from 'hotpath/model/data-model';
import pg from 'pg';
import { atLeastOne, type Draw, integer, once, pick } from '../../compile/oracle/draw.ts';
import { drawText, KEYS, keyText, scalarsOf } from './values.ts';

/** One transaction: its statements in order. */
export type Write = readonly string[];

/** A row with each key in every table, so that every reference has its row. */
export function initialRows(models: readonly Model[], dataModel: DataModel, draw: Draw): string[] {
  const rows = models.flatMap((model) =>
    Array.from({ length: KEYS }, (_, index) => insert(draw, { dataModel, model }, index + 1)),
  );
  return ['SET session_replication_role = replica', ...rows, 'SET session_replication_role = origin'];
}

/** @param models the models with tables. */
export function drawWrite(draw: Draw, models: readonly Model[], dataModel: DataModel): Write {
  const statements = Array.from({ length: integer(draw, 1, 3) }, () => {
    const statement = drawStatement(draw, { dataModel, model: pick(draw, models) });
    return once(draw, 6) ? ['SAVEPOINT s', statement, 'ROLLBACK TO s'] : [statement];
  });
  return ['BEGIN', ...statements.flat(), once(draw, 8) ? 'ROLLBACK' : 'COMMIT'];
}

interface Place {
  readonly dataModel: DataModel;
  readonly model: Model;
}

function drawStatement(draw: Draw, place: Place): string {
  const { table } = place.model;
  const kind = integer(draw, 0, 99);
  if (kind < 2) return `TRUNCATE "${table}" CASCADE`;
  if (kind < 15) return `DELETE FROM "${table}" WHERE ${drawCondition(draw, place)}`;
  if (kind < 20) return `INSERT INTO "${table}" SELECT * FROM "${table}" ON CONFLICT DO NOTHING`;
  if (kind < 50) return insert(draw, place, integer(draw, 1, 2 * KEYS));
  if (kind < 55) return insertMany(draw, place);
  return `UPDATE "${table}" SET ${drawAssignments(draw, place)} WHERE ${drawCondition(draw, place)}`;
}

function insert(draw: Draw, place: Place, key: number): string {
  const fields = scalarsOf(place.model);
  const values = fields.map((field) => {
    if (isOwnKey(place.model, field)) return keyText(field, key);
    if (refersToOwn(place.model, field)) return key > 1 ? String(integer(draw, 1, key - 1)) : null;
    return drawText(draw, field, place);
  });
  return `INSERT INTO "${place.model.table}" (${columns(fields)}) VALUES (${values.map(literal).join(', ')}) ON CONFLICT DO NOTHING`;
}

/** More rows than the triggers log one by one, of one drawn pattern. */
function insertMany(draw: Draw, place: Place): string {
  const fields = scalarsOf(place.model);
  const first = integer(draw, 1, 3) * 100;
  const values = fields.map((field) => {
    if (!isOwnKey(place.model, field) && field.type !== 'String') return literal(drawText(draw, field, place));
    if (field.native?.name === 'Uuid') return `lpad(i::text, 32, '0')::uuid`;
    if (field.type === 'DateTime') return `now() - i * interval '1 minute'`;
    return field.type === 'String' ? `'t' || i` : 'i';
  });
  return `INSERT INTO "${place.model.table}" (${columns(fields)}) SELECT ${values.join(', ')} FROM generate_series(${first}, ${first + 59}) i ON CONFLICT DO NOTHING`;
}

function drawAssignments(draw: Draw, place: Place): string {
  return atLeastOne(draw, scalarsOf(place.model), 2)
    .map((field) => `"${field.column}" = ${literal(drawText(draw, field, place))}`)
    .join(', ');
}

function drawCondition(draw: Draw, place: Place): string {
  const numbers = scalarsOf(place.model).filter(({ type, list }) => type === 'Int' && !list);
  if (numbers.length === 0 || once(draw, 20)) return 'true';
  return `"${pick(draw, numbers).column}" = ${integer(draw, 1, KEYS)}`;
}

/** Whether a field of the key counts. Fields that refer to other rows are drawn. */
function isOwnKey(model: Model, field: ScalarField): boolean {
  const key = model.primaryKey;
  return key.includes(field.name) && (key.length === 1 || relationsBy(model, field).length === 0);
}

const refersToOwn = (model: Model, field: ScalarField): boolean =>
  relationsBy(model, field).some((relation) => relation.model === model.name);

function relationsBy(model: Model, { name }: ScalarField): RelationField[] {
  const relations = Object.values(model.fields).filter((field) => field.kind === 'relation');
  return relations.filter(({ holdsKey, from }) => holdsKey && from.includes(name));
}

const columns = (fields: readonly ScalarField[]): string => fields.map(({ column }) => `"${column}"`).join(', ');
const literal = (text: string | null): string => (text === null ? 'NULL' : pg.escapeLiteral(text));
