/**
 * The privileges that a role needs in the database to run the service and its workers, and no others. The role reads
 * the tables of the resources, writes the declared tables (`writes` of a module), and uses the log of changes and the
 * queue. `grants.ts` grants the privileges, `/readyz` checks them.
 */

import { MIGRATIONS_TABLE } from '../compile/prisma-internals.ts';
import { viewsOf, type Watched } from '../freshness/watched.ts';
import { QUEUE_SCHEMA, QUEUE_TABLES } from '../jobs/graphile-worker-internals.ts';
import type { DataModel } from '../model/data-model.ts';

/** A privilege of PostgreSQL on a table. */
export type Privilege = 'SELECT' | 'INSERT' | 'UPDATE' | 'DELETE';

/** The kinds of writes to the rows of each model. A lock (`FOR UPDATE`, `FOR SHARE`) needs `UPDATE`. */
export type Writes<Model extends string = string> = Readonly<
  Partial<Record<Model, readonly Exclude<Privilege, 'SELECT'>[]>>
>;

/** The privileges on one table that a role needs. */
export interface TableNeed {
  readonly schema: string;
  readonly table: string;
  readonly privileges: readonly Privilege[];
}

/** All privileges that a role must have. */
export interface Needs {
  readonly tables: readonly TableNeed[];
  /** Functions with their schemas and argument types: `"hotpath".begin_epoch()`. */
  readonly functions: readonly string[];
  /** Whether the service has jobs, and therefore a queue. */
  readonly hasQueue: boolean;
}

/** The input from which the needs of a service follow. */
export interface NeedsOptions {
  /** The data model of the resources. */
  readonly dataModel: DataModel;
  /** The tables and columns that the resources read. */
  readonly watched: Watched;
  /** The tables that the service writes, in one or more parts. */
  readonly writes: readonly Writes[];
  /** The schema of the models that name none. */
  readonly schema: string;
  /** Whether the service has jobs; true without it. */
  readonly hasQueue?: boolean;
  /** Whether the database has the table of Prisma Migrate, which the readiness check reads; true without it. */
  readonly hasMigrations?: boolean;
}

const OWN_SCHEMA = 'hotpath';

/** The privileges that the service and its workers need on the library's own tables. */
const OWN_TABLES: Readonly<Record<string, readonly Privilege[]>> = {
  version: ['SELECT'],
  log: ['SELECT'],
  epoch: ['SELECT'],
  life: ['SELECT'],
  idempotency_keys: ['SELECT', 'INSERT', 'UPDATE', 'DELETE'],
  job_effects: ['SELECT', 'INSERT', 'DELETE'],
  job_marks: ['SELECT', 'INSERT', 'UPDATE'],
  job_workers: ['SELECT', 'INSERT', 'UPDATE', 'DELETE'],
};

const FUNCTIONS = [
  'begin_epoch()',
  'end_epoch(uuid)',
  'name_life()',
  'trim_log(interval, integer)',
  'catalog(text[])',
].map((each) => `"${OWN_SCHEMA}".${each}`);

/** The privileges that the role of a service must have. */
export function needsOf({ dataModel, watched, writes, schema, ...has }: NeedsOptions): Needs {
  const { hasQueue = true, hasMigrations = true } = has;
  const held = new Map<string, { readonly need: Omit<TableNeed, 'privileges'>; readonly privileges: Set<Privilege> }>();
  const add = (need: Omit<TableNeed, 'privileges'>, privileges: readonly Privilege[]) => {
    const key = JSON.stringify([need.schema, need.table]);
    const known = held.get(key) ?? { need, privileges: new Set<Privilege>() };
    held.set(key, known);
    for (const privilege of privileges) known.privileges.add(privilege);
  };
  const place = (table: { readonly schema?: string; readonly table: string }) => ({
    schema: table.schema ?? schema,
    table: table.table,
  });
  for (const table of [...watched.tables.values(), ...viewsOf(watched)]) add(place(table), ['SELECT']);
  for (const written of writes) {
    for (const [model, privileges] of Object.entries(written)) {
      add(place(dataModel.models[model]!), ['SELECT', ...privileges!]);
    }
  }
  const addAll = (tables: Readonly<Record<string, readonly Privilege[]>>, place: string) => {
    for (const [table, privileges] of Object.entries(tables)) add({ schema: place, table }, privileges);
  };
  addAll(OWN_TABLES, OWN_SCHEMA);
  if (hasMigrations) addAll({ [MIGRATIONS_TABLE]: ['SELECT'] }, schema);
  if (hasQueue) addAll(QUEUE_TABLES, QUEUE_SCHEMA);
  const tables = [...held.values()].map(({ need, privileges }) => ({ ...need, privileges: [...privileges] }));
  return {
    // Stryker disable next-line EqualityOperator: no two places are equal, because each table occurs once
    tables: tables.sort((one, other) => (placeOf(one) < placeOf(other) ? -1 : 1)),
    functions: FUNCTIONS,
    hasQueue,
  };
}

const placeOf = ({ schema, table }: TableNeed): string => `${schema}.${table}`;
