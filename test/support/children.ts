/**
 * A database in which the first row of every model has `n` children in every list: made from the data model alone, so
 * that a model that is added is covered without a word.
 *
 * Every model gets rows 1..n. A foreign key of theirs is 1, so that row 1 has them all; where a unique key forbids
 * that, there are rows that count up in each of the key's columns, while the others stay 1.
 */

import type { DataModel, Model, RelationField, ScalarField } from 'hotpath/model/data-model';
import pg from 'pg';

/** Fills a migrated, empty database. */
export async function fillWithChildren(url: string, dataModel: DataModel, n: number): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const tables = new Set(
      (await client.query<{ tablename: string }>(`select tablename from pg_tables`)).rows.map((row) => row.tablename),
    );
    const models = Object.values(dataModel.models).filter(({ table }) => tables.has(table));
    await client.query('begin; set constraints all deferred; set local session_replication_role = replica');
    for (const model of models) await client.query(insertions(model, dataModel, n).join('; '));
    await client.query('commit; analyze');
  } finally {
    await client.end();
  }
}

function insertions(model: Model, dataModel: DataModel, n: number): string[] {
  const fields = Object.values(model.fields).filter((field) => field.kind === 'scalar');
  const columns = fields.map(({ column }) => `"${column}"`).join(', ');
  return countingFields(model).map((counting) => {
    const values = fields.map((field) => value(field, { model, dataModel, counting })).join(', ');
    return `insert into "${model.table}" (${columns}) select ${values} from generate_series(1, ${n}) g on conflict do nothing`;
  });
}

/** The columns that tell rows apart, of which one counts while the rest stay 1. */
function countingFields(model: Model): string[] {
  const foreign = new Set(relationsTo(model).flatMap(({ from }) => from));
  const composite =
    model.primaryKey.length > 1 ? model.primaryKey : Object.values(model.uniques).find((key) => key.length > 1);
  const key = model.primaryKey.length === 1 && !composite ? model.primaryKey : (composite ?? model.primaryKey);
  const times = key.filter((name) => !foreign.has(name));
  return times.length > 0 ? times : [...key];
}

const relationsTo = (model: Model): RelationField[] =>
  Object.values(model.fields)
    .filter((field) => field.kind === 'relation')
    .filter(({ from, list }) => from.length > 0 && !list);

interface Place {
  readonly model: Model;
  readonly dataModel: DataModel;
  readonly counting: string;
}

function value(field: ScalarField, { model, dataModel, counting }: Place): string {
  const self = relationsTo(model).some(({ from, model: target }) => target === model.name && from.includes(field.name));
  if (self) return 'case when g > 1 then 1 end';
  const isKey =
    field.name === counting || Object.values(model.uniques).some((key) => key.length === 1 && key[0] === field.name);
  const counts = isKey || (model.primaryKey.length === 1 && model.primaryKey[0] === field.name);
  return typed(field, dataModel, counts ? 'g' : '1');
}

function typed(field: ScalarField, dataModel: DataModel, number: string): string {
  if (field.list) return `'{}'`;
  switch (field.type) {
    case 'String':
      return field.native?.name === 'Uuid' ? `lpad(to_hex(${number}), 32, '0')::uuid` : `'x' || ${number}`;
    case 'Boolean':
      return 'true';
    case 'DateTime':
      return `now() - ${number} * interval '1 minute'`;
    case 'Json':
      return `'{}'`;
    case 'Bytes':
      return `'\\x01'`;
    case 'Enum':
      return `'${Object.values(dataModel.enums[field.enum!]!.values)[0]}'`;
    default:
      return number;
  }
}
