/**
 * What a role must be allowed in the database to run the service and its workers, and nothing more: to read the tables
 * that resources are made of, to write what is declared (`writes` of a module), and to use the log of changes and the
 * queue. `grants.ts` grants it, and `/readyz` checks it.
 */
import type { DataModel } from '../compile/data-model.ts';
import { viewsOf, type Watched } from '../freshness/watched.ts';

export type Privilege = 'SELECT' | 'INSERT' | 'UPDATE' | 'DELETE';

/** By model: what is done to its rows beside reading them. A lock (`FOR UPDATE`, `FOR SHARE`) needs `UPDATE`. */
export type Writes<Model extends string = string> = Readonly<
  Partial<Record<Model, readonly Exclude<Privilege, 'SELECT'>[]>>
>;

export interface TableNeed {
  readonly schema: string;
  readonly table: string;
  readonly privileges: readonly Privilege[];
}

export interface Needs {
  /** The service's own schema. */
  readonly schema: string;
  readonly tables: readonly TableNeed[];
  /** Functions of that schema with their argument types: `invalidation_begin()`. */
  readonly functions: readonly string[];
}

export interface NeedsOptions {
  readonly dataModel: DataModel;
  /** What the resources read. */
  readonly watched: Watched;
  readonly writes: readonly Writes[];
  /** Of the models that do not name theirs. */
  readonly schema: string;
}

/** The tables that no model names, and what the service and its workers do with them. */
const OWN_TABLES: Readonly<Record<string, readonly Privilege[]>> = {
  _prisma_migrations: ['SELECT'],
  invalidation_log: ['SELECT'],
  invalidation_epoch: ['SELECT'],
  job_workers: ['SELECT', 'INSERT', 'UPDATE', 'DELETE'],
};

const FUNCTIONS = [
  'invalidation_begin()',
  'invalidation_end(uuid)',
  'invalidation_trim(interval, integer)',
  'invalidation_catalog(text[], text[])',
];

export const QUEUE_SCHEMA = 'graphile_worker';

const QUEUE_TABLES: Readonly<Record<string, readonly Privilege[]>> = {
  _private_jobs: ['SELECT', 'INSERT', 'UPDATE', 'DELETE'],
  _private_job_queues: ['SELECT', 'INSERT', 'UPDATE', 'DELETE'],
  _private_tasks: ['SELECT', 'INSERT', 'UPDATE'],
  _private_known_crontabs: ['SELECT', 'INSERT', 'UPDATE'],
  jobs: ['SELECT'],
  migrations: ['SELECT'],
};

export function needsOf({ dataModel, watched, writes, schema }: NeedsOptions): Needs {
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
  for (const [table, privileges] of Object.entries(OWN_TABLES)) add({ schema, table }, privileges);
  for (const [table, privileges] of Object.entries(QUEUE_TABLES)) add({ schema: QUEUE_SCHEMA, table }, privileges);
  const tables = [...held.values()].map(({ need, privileges }) => ({ ...need, privileges: [...privileges] }));
  return {
    schema,
    // Stryker disable next-line EqualityOperator: no two places are equal, since each table is held once
    tables: tables.sort((one, other) => (placeOf(one) < placeOf(other) ? -1 : 1)),
    functions: FUNCTIONS,
  };
}

const placeOf = ({ schema, table }: TableNeed): string => `${schema}.${table}`;
