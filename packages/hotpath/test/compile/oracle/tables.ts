/** Names of tables and columns of a data model, as SQL. */

import type { DataModel, Model, ScalarField } from 'hotpath/model/data-model';
import pg from 'pg';

export interface Table {
  readonly schema?: string;
  readonly table: string;
}

export function qualified({ schema = 'public', table }: Table): string {
  return `${pg.escapeIdentifier(schema)}.${pg.escapeIdentifier(table)}`;
}

export function columnOf(model: Model, field: string): string {
  return pg.escapeIdentifier((model.fields[field] as ScalarField).column);
}

/** The tables of all models except views, and the join tables. */
export function tablesOf({ models }: DataModel, views: readonly string[]): Table[] {
  const own = Object.values(models).filter(({ name }) => !views.includes(name));
  const joins = own.flatMap(({ fields }) =>
    Object.values(fields).flatMap((field) => (field.kind === 'relation' && field.through ? [field.through] : [])),
  );
  return [...own, ...joins];
}
