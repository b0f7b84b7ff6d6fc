/** Rows drawn for every table of a data model, written by Prisma itself. */
import pg from 'pg';
import type { DataModel, Model, RelationField, ScalarField } from '../../../../src/engine/compile/data-model.ts';
import { type Draw, integer, once, pick, some } from './draw.ts';
import { valuesOf } from './values.ts';

type Row = Record<string, unknown>;

/** What the drawing needs of a generated client. */
export interface Client {
  // biome-ignore lint/suspicious/noExplicitAny: one code for the delegates of two clients.
  readonly [model: string]: any;
}

export interface Database {
  readonly dataModel: DataModel;
  readonly client: Client;
  readonly pool: pg.Pool;
  /** Models that are not tables. */
  readonly views: readonly string[];
  readonly nulls: { readonly database: unknown; readonly json: unknown; readonly any: unknown };
}

/** Rows drawn for a table; unique keys keep some out. */
const ROWS = 9;

export function delegate(client: Client, model: string) {
  return client[model.charAt(0).toLowerCase() + model.slice(1)];
}

export async function empty({ dataModel, pool, views }: Database): Promise<void> {
  const tables = tablesOf(dataModel).filter(({ name }) => !views.includes(name));
  await pool.query(`TRUNCATE ${tables.map(qualified).join(', ')} CASCADE`);
}

/** Row by row, so that a row may refer to earlier ones of its own table; one that a unique key keeps out is left out. */
export async function fill(database: Database, draw: Draw): Promise<void> {
  const rows = new Map<string, Row[]>();
  for (const model of inOrder(database)) {
    const kept: Row[] = [];
    rows.set(model.name, kept);
    for (let index = 0; index < ROWS; index += 1) {
      const row = drawRow(database, draw, { model, rows, index });
      if (!row) continue;
      const { count } = await delegate(database.client, model.name).createMany({ data: [row], skipDuplicates: true });
      if (count === 1) kept.push(row);
    }
  }
  await pairUp(database, draw);
}

/** Models whose tables others refer to first. */
function inOrder({ dataModel, views }: Database): Model[] {
  const waiting = Object.values(dataModel.models).filter(({ name }) => !views.includes(name));
  const done: Model[] = [];
  while (waiting.length > 0) {
    const next = waiting.findIndex((model) =>
      ownersOf(model).every((name) => name === model.name || !waiting.some((each) => each.name === name)),
    );
    done.push(...waiting.splice(Math.max(next, 0), 1));
  }
  return done;
}

function foreignKeys(model: Model): RelationField[] {
  return Object.values(model.fields).filter((field) => field.kind === 'relation' && field.holdsKey) as RelationField[];
}

function ownersOf(model: Model): string[] {
  return foreignKeys(model).map((field) => field.model);
}

interface Place {
  readonly model: Model;
  readonly rows: ReadonlyMap<string, Row[]>;
  readonly index: number;
}

function drawRow({ dataModel, nulls }: Database, draw: Draw, { model, rows, index }: Place): Row | undefined {
  const row: Row = {};
  for (const field of Object.values(model.fields)) {
    if (field.kind === 'scalar') row[field.name] = drawValue(dataModel, draw, { field, index, nulls });
  }
  for (const field of foreignKeys(model)) {
    const targets = rows.get(field.model) ?? [];
    const target = targets.length > 0 && (field.required || !once(draw, 4)) ? pick(draw, targets) : undefined;
    if (!target && field.required) return undefined;
    refer(draw, { model, row, field, target });
  }
  return row;
}

function drawValue(
  dataModel: DataModel,
  draw: Draw,
  { field, index, nulls }: { field: ScalarField; index: number; nulls: Database['nulls'] },
): unknown {
  const values = valuesOf(dataModel, field);
  if (field.name === 'id' && ['Int', 'BigInt'].includes(field.type))
    return field.type === 'Int' ? index + 1 : BigInt(index + 1);
  if (field.list) return once(draw, 6) ? [] : some(draw, values, 3);
  if (!field.required && once(draw, 3)) return field.type === 'Json' ? pick(draw, [nulls.database, nulls.json]) : null;
  return pick(draw, values);
}

interface Reference {
  readonly model: Model;
  readonly row: Row;
  readonly field: RelationField;
  readonly target: Row | undefined;
}

/** No target leaves the key all null, or null in one of its fields. */
function refer(draw: Draw, { model, row, field, target }: Reference): void {
  field.from.forEach((name, index) => {
    if (target) row[name] = target[field.to[index]!];
    else if (!(model.fields[name] as ScalarField).required) row[name] = null;
  });
  const nullable = field.from.filter((name) => !(model.fields[name] as ScalarField).required);
  if (!target && field.from.length > 1 && nullable.length === field.from.length && once(draw, 2))
    row[field.from[0]!] = null;
}

async function pairUp({ dataModel, pool }: Database, draw: Draw): Promise<void> {
  for (const model of Object.values(dataModel.models)) {
    for (const field of Object.values(model.fields)) {
      if (field.kind !== 'relation' || field.through?.from !== 'A') continue;
      const [a, b] = [dataModel.models[model.name]!, dataModel.models[field.model]!];
      const pairs = `SELECT a.${key(a, field.from[0]!)}, b.${key(b, field.to[0]!)} FROM ${qualified(a)} a, ${qualified(b)} b`;
      await pool.query(
        `INSERT INTO ${qualified(field.through)} ("A", "B") ${pairs} WHERE abs(hashtext(concat(a.*, b.*)) + $1) % 3 = 0`,
        [integer(draw, 0, 1000)],
      );
    }
  }
}

function key(model: Model, field: string): string {
  return pg.escapeIdentifier((model.fields[field] as ScalarField).column);
}

function tablesOf({ models }: DataModel): { name: string; schema?: string; table: string }[] {
  const joins = Object.values(models).flatMap(({ fields }) =>
    Object.values(fields).flatMap((field) =>
      field.kind === 'relation' && field.through ? [{ name: field.name, ...field.through }] : [],
    ),
  );
  return [...Object.values(models), ...joins];
}

function qualified({ schema = 'public', table }: { schema?: string; table: string }): string {
  return `${pg.escapeIdentifier(schema)}.${pg.escapeIdentifier(table)}`;
}
