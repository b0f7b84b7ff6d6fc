/**
 * Draws rows for every table of a data model, and writes them by SQL of the oracle's own. Foreign keys may form a circle, so the
 * tables have no constraints for them: each row refers to existing rows, missing targets are added, and a row whose target is still
 * missing is deleted.
 */

import type { DataModel, Model, RelationField } from 'hotpath/model/data-model';
import type pg from 'pg';
import { type Draw, integer } from './draw.ts';
import { drawRow, foreignKeys, keyText, type Row } from './rows.ts';
import { columnOf, qualified, tablesOf } from './tables.ts';

/** The part of a generated client that the oracle uses. */
export interface Client {
  // biome-ignore lint/suspicious/noExplicitAny: one code for the delegates of all clients.
  readonly [model: string]: any;
}

export interface Database {
  readonly dataModel: DataModel;
  readonly client: Client;
  readonly pool: pg.Pool;
  /** Models that are views in the database. */
  readonly views: readonly string[];
  readonly nulls: { readonly database: unknown; readonly json: unknown; readonly any: unknown };
}

/** The rows drawn for a table; unique keys keep some of them out. */
const ROWS = 9;
/** The rounds in which rows are added that other rows refer to. Added rows may refer to others again. */
const ROUNDS = 4;

export function delegate(client: Client, model: string) {
  return client[model.charAt(0).toLowerCase() + model.slice(1)];
}

export async function empty({ dataModel, pool, views }: Database): Promise<void> {
  const tables = tablesOf(dataModel, views);
  await pool.query(`TRUNCATE ${tables.map(qualified).join(', ')} CASCADE`);
}

export async function fill(database: Database, draw: Draw): Promise<void> {
  const { dataModel, views } = database;
  const models = Object.values(dataModel.models).filter(({ name }) => !views.includes(name));
  const filling = new Filling(database, draw);
  for (const model of ownersFirst(models)) {
    for (let index = 0; index < ROWS; index += 1) await filling.add(model, index);
  }
  for (let round = 0; round < ROUNDS; round += 1) await filling.addMissing(models);
  await deleteDangling(database, models);
  await pairUp(database, models, draw);
}

/** The order of the models in which a table comes before the tables that refer to it, unless they refer to one another. */
function ownersFirst(models: readonly Model[]): Model[] {
  const waiting = [...models];
  const done: Model[] = [];
  while (waiting.length > 0) {
    const next = waiting.findIndex((model) =>
      foreignKeys(model).every(
        (field) => field.model === model.name || !waiting.some(({ name }) => name === field.model),
      ),
    );
    done.push(...waiting.splice(Math.max(next, 0), 1));
  }
  return done;
}

/** The rows of one batch while they are written. */
class Filling {
  readonly #database: Database;
  readonly #draw: Draw;
  readonly #rows: ReadonlyMap<string, Row[]>;

  constructor(database: Database, draw: Draw) {
    this.#database = database;
    this.#draw = draw;
    this.#rows = new Map(Object.keys(database.dataModel.models).map((name) => [name, []]));
  }

  /** Inserts one row, so that the next may refer to it in its own table. A row that a unique key keeps out is dropped. */
  async add(model: Model, index: number, fixed: Row = {}): Promise<void> {
    const row = drawRow(this.#database.dataModel, this.#draw, { model, rows: this.#rows, index, fixed });
    const columns = Object.keys(row).map((name) => columnOf(model, name));
    const slots = columns.map((_, slot) => `$${slot + 1}`);
    const text = `INSERT INTO ${qualified(model)} (${columns.join(', ')}) VALUES (${slots.join(', ')}) ON CONFLICT DO NOTHING`;
    const { rowCount } = await this.#database.pool.query(text, Object.values(row));
    if (rowCount === 1) this.#rows.get(model.name)!.push(row);
  }

  async addMissing(models: readonly Model[]): Promise<void> {
    for (const model of models) {
      for (const field of foreignKeys(model)) {
        for (const fixed of this.#missing(model, field)) {
          const target = this.#database.dataModel.models[field.model]!;
          await this.add(target, this.#rows.get(target.name)!.length, fixed);
        }
      }
    }
  }

  /** Missing keys that rows refer to; none once a table has grown enough. */
  #missing(model: Model, field: RelationField): Row[] {
    const targets = this.#rows.get(field.model)!;
    if (targets.length >= 2 * ROWS) return [];
    const there = new Set(targets.map((row) => keyText(row, field.to)));
    const wanted = this.#rows.get(model.name)!.filter((row) => field.from.every((name) => row[name] !== null));
    const missing = new Map(wanted.map((row) => [keyText(row, field.from), row]));
    for (const key of there) missing.delete(key);
    return [...missing.values()].map((row) =>
      Object.fromEntries(field.to.map((name, index) => [name, row[field.from[index]!]!])),
    );
  }
}

/** Deletes rows with a missing target until none is left. Like Prisma's joins, it distinguishes letter case in citext, too. */
async function deleteDangling({ dataModel, pool }: Database, models: readonly Model[]): Promise<void> {
  const statements = models.flatMap((model) => foreignKeys(model).map((field) => dangling(dataModel, model, field)));
  for (let deleted = 1; deleted > 0; ) {
    deleted = 0;
    for (const text of statements) deleted += (await pool.query(text)).rowCount!;
  }
}

function dangling({ models }: DataModel, model: Model, { model: target, from, to }: RelationField): string {
  const columns = from.map((name) => `child.${columnOf(model, name)}`);
  const pairs = columns.map(
    (column, index) => `parent.${columnOf(models[target]!, to[index]!)}::text = ${column}::text`,
  );
  return `DELETE FROM ${qualified(model)} child WHERE ${columns.map((column) => `${column} IS NOT NULL`).join(' AND ')}
    AND NOT EXISTS (SELECT FROM ${qualified(models[target]!)} parent WHERE ${pairs.join(' AND ')})`;
}

/** A third of all pairs of each implicit many-to-many relation. */
async function pairUp({ dataModel, pool }: Database, models: readonly Model[], draw: Draw): Promise<void> {
  for (const a of models) {
    for (const field of Object.values(a.fields)) {
      if (field.kind !== 'relation' || field.through?.from !== 'A') continue;
      const b = dataModel.models[field.model]!;
      const keys = `a.${columnOf(a, field.from[0]!)}, b.${columnOf(b, field.to[0]!)}`;
      const pairs = `SELECT ${keys} FROM ${qualified(a)} a, ${qualified(b)} b`;
      await pool.query(
        `INSERT INTO ${qualified(field.through)} ("A", "B") ${pairs} WHERE abs(hashtext(concat(a.*, b.*)) + $1) % 3 = 0`,
        [integer(draw, 0, 1000)],
      );
    }
  }
}
