/**
 * The watched tables: those that any read of the resources can use, with the fields whose change a read would notice, and
 * the keys that distinguish their rows in tags.
 *
 * Both sides of the freshness protocol are made from this one description: the triggers that log changes, and the tags
 * of entries. Neither holds what the other does not know.
 */
import {
  type DataModel,
  identifyingFields,
  type Model,
  type RelationField,
  type ScalarField,
} from '../model/data-model.ts';
import { DeclarationError, type Registry } from '../resource/registry.ts';
import type { Resource } from '../resource/resource.ts';
import { parseSort } from '../resource/sort.ts';
import { type FieldUse, usesAlong, usesOf, usesOfComputed } from './conditions.ts';
import { spellingOf } from './spelling.ts';

/** A table whose changes are logged, and the keys that name its rows and collections. */
export interface WatchedTable {
  /** The model in lower camel case, `readingHourly`; a join table by its own name. Letters, digits, `_`, `%`, `.`, `-`. */
  readonly source: string;
  readonly schema?: string;
  readonly table: string;
  /** The fields of a key, which tell one row from another. */
  readonly identity: readonly ScalarField[];
  /** In the order of the schema. */
  readonly fields: readonly ScalarField[];
  readonly keys: readonly Key[];
}

/** A key whose values make tags: of rows (the primary key), or of collections (a foreign key, a unique key). */
export interface Key {
  /** The part of a tag between the table and the values: `:`, `?categoryId=`. */
  readonly prefix: string;
  readonly fields: readonly ScalarField[];
}

/** The tables and columns that the resources read, and the triggers therefore watch. */
export interface Watched {
  readonly registry: Registry;
  /** By model; a join table by its source. */
  readonly tables: ReadonlyMap<string, WatchedTable>;
  /**
   * Fields whose values the database compares otherwise than their bytes, `user.email`: they make no tags. The follower
   * fills it before it is current, and again when the schema changes.
   */
  readonly inexactFields: Set<string>;
}

/** A view that resources read, as the database knows it. */
export interface WatchedView extends Pick<WatchedTable, 'source' | 'schema' | 'table' | 'fields'> {
  /** The sources of the tables and views that it is declared to be made of, and of those that these are made of. */
  readonly bases: readonly string[];
}

/** The views that stand behind resources, each once. */
export function viewsOf({ registry }: Watched): WatchedView[] {
  const names = new Set(registry.all().flatMap(({ model, madeOf: bases }) => (bases ? [model] : [])));
  return [...names].map((name) => {
    const model = registry.dataModel.models[name]!;
    const { schema, table } = model;
    const bases = basesOf(registry, name);
    return { source: sourceOf(name), ...(schema !== undefined && { schema }), table, fields: scalarsOf(model), bases };
  });
}

function basesOf(registry: Registry, model: string): string[] {
  const bases = Object.keys(madeOf(registry, model) ?? {});
  return bases.flatMap((base) => [sourceOf(base), ...basesOf(registry, base)]);
}

/**
 * The tables that the resources read: their own, join tables, and the tables behind views.
 * @throws {DeclarationError} for a view that does not say what it is made of.
 */
export function watch(registry: Registry): Watched {
  const { models } = registry.dataModel;
  const looked = new Map<string, Set<string>>();
  const joins = new Map<string, WatchedTable>();
  const note = ({ model, field }: FieldUse) => {
    const fields = looked.get(model.name) ?? new Set();
    looked.set(model.name, fields);
    if (field.kind === 'scalar') return void fields.add(field.name);
    for (const name of field.from) fields.add(name);
    for (const name of field.to) note({ model: models[field.model]!, field: models[field.model]!.fields[name]! });
    if (field.through) joins.set(joinSource(field.through), joinTable(registry.dataModel, field));
  };
  for (const resource of registry.all()) for (const use of usesOfResource(registry, resource)) note(use);
  const tables = [...looked].flatMap(([name, fields]) => {
    return madeOf(registry, name) ? [] : [[name, watchedTable(registry, models[name]!, fields)] as const];
  });
  mustDiffer(tables.map(([, table]) => table));
  return {
    registry,
    tables: new Map([...tables.sort(([one], [other]) => (one < other ? -1 : 1)), ...joins]),
    inexactFields: new Set(),
  };
}

/** @throws {DeclarationError} for two tables whose changes would be logged as those of one. */
function mustDiffer(tables: readonly WatchedTable[]): void {
  const sources = tables.map(({ source }) => source);
  const twice = sources.find((source, index) => sources.indexOf(source) !== index);
  if (twice !== undefined) throw new DeclarationError(twice, 'names two models that differ only in the first letter');
}

/**
 * Checks that the fields of a selection are watched: a route may fix fields that no resource declares.
 * @throws {DeclarationError} for a field whose changes are not logged.
 */
export function mustBeWatched({ tables }: Watched, resource: Resource, uses: Iterable<FieldUse>): void {
  for (const { model, field } of uses) {
    const table = field.kind === 'scalar' ? tables.get(model.name) : undefined;
    if (!table || table.fields.some(({ name }) => name === field.name)) continue;
    throw new DeclarationError(
      resource.name,
      `uses "${field.name}", which it does not declare, so no change is logged`,
    );
  }
}

/** The tables that a view is made of; none for a table. */
export function madeOf(registry: Registry, model: string): Resource['madeOf'] {
  return registry.all().find((resource) => resource.model === model && resource.madeOf)?.madeOf;
}

export const sourceOf = (model: string): string => model.charAt(0).toLowerCase() + model.slice(1);

/** Relations in two schemas may have join tables of one name; and the name of a relation may be any text. */
export function joinSource({ schema, table }: NonNullable<RelationField['through']>): string {
  return encodeURIComponent(schema === undefined ? table : `${schema}.${table}`).replace(/[!'()*~]/g, percent);
}

const percent = (character: string): string => `%${character.charCodeAt(0).toString(16).toUpperCase()}`;

function* usesOfResource(registry: Registry, resource: Resource): Generator<FieldUse> {
  const { dataModel } = registry;
  const model = dataModel.models[resource.model]!;
  const sorts = [resource.sort, ...resource.sorts].flatMap((sort) => parseSort(registry, resource, sort));
  const version = resource.version === undefined ? [] : [resource.version];
  const window = resource.window ? [resource.window.field] : [];
  for (const name of [...version, ...window, ...resource.fields, ...sorts.map(({ field }) => field)])
    yield* usesAlong(dataModel, model, name);
  for (const value of Object.values(resource.computed)) yield* usesOfComputed(dataModel, model, value);
  for (const filter of Object.keys(resource.filters)) {
    if (!Object.hasOwn(resource.computed, filter)) yield* usesAlong(dataModel, model, filter);
  }
  for (const { rows } of Object.values(resource.policy)) yield* usesOf(dataModel, model, rows);
  for (const [relation, embedding] of Object.entries(resource.relations)) {
    yield* usesAlong(dataModel, model, relation);
    const target = registry.target(resource, relation);
    const targetModel = dataModel.models[target.model]!;
    yield* usesOf(dataModel, targetModel, embedding.where);
    const sort = parseSort(registry, target, embedding.sort ?? target.sort);
    for (const { field } of sort) yield* usesAlong(dataModel, targetModel, field);
  }
  // Which columns a view reads is PostgreSQL's to know, so the tables that it is made of are watched whole.
  for (const base of Object.keys(resource.madeOf ?? {})) {
    for (const field of scalarsOf(dataModel.models[base]!)) yield { model: dataModel.models[base]!, field };
  }
}

function watchedTable(registry: Registry, model: Model, looked: ReadonlySet<string>): WatchedTable {
  const [identity] = [identifyingFields(model), ...Object.values(model.uniques)].filter((key) => key.length > 0);
  if (!identity) {
    throw new DeclarationError(sourceOf(model.name), 'has no key: a view must say what it is `madeOf`');
  }
  const keys = keysOf(registry, model);
  const named = new Set([...identity, ...looked, ...keys.flatMap(({ fields }) => fields.map(({ name }) => name))]);
  return {
    source: sourceOf(model.name),
    ...(model.schema && { schema: model.schema }),
    table: model.table,
    identity: identity.map((name) => model.fields[name] as ScalarField),
    fields: scalarsOf(model).filter(({ name }) => named.has(name)),
    keys,
  };
}

/** The primary key, foreign keys, and unique keys that can be filtered by. */
function keysOf(registry: Registry, model: Model): Key[] {
  const relations = Object.values(model.fields).filter((field) => field.kind === 'relation');
  const filtered = registry.all().flatMap((resource) => {
    if (resource.model !== model.name) return [];
    const names = Object.entries(resource.filters).filter(([, by]) => by.includes('equals') || by.includes('in'));
    return names.map(([name]) => name);
  });
  const uniques = Object.values(model.uniques).filter(
    ([name, ...more]) => more.length === 0 && filtered.includes(name!),
  );
  const foreign = relations.filter(({ holdsKey }) => holdsKey).map(({ from }) => from);
  const keys = new Map<string, Key>();
  for (const names of [model.primaryKey, ...uniques, ...foreign]) {
    const fields = names.map((name) => model.fields[name] as ScalarField);
    if (fields.length === 0 || !fields.every(isExact) || keys.has(names.join(','))) continue;
    keys.set(names.join(','), { prefix: names === model.primaryKey ? ':' : `?${names.join(',')}=`, fields });
  }
  return [...keys.values()];
}

const isExact = (field: ScalarField): boolean => spellingOf(field) !== undefined;

/** The table that Prisma keeps for an implicit many-to-many relation. */
function joinTable({ models }: DataModel, { model, from, to, through, back }: RelationField): WatchedTable {
  const other = models[model]!;
  const ours = models[(other.fields[back] as RelationField).model]!;
  const column = (name: 'A' | 'B', field: ScalarField): ScalarField => ({ ...field, name, column: name });
  const pair = [
    column(through!.from, ours.fields[from[0]!] as ScalarField),
    column(through!.to, other.fields[to[0]!] as ScalarField),
  ].sort((one, another) => (one.name < another.name ? -1 : 1));
  return {
    source: joinSource(through!),
    ...(through!.schema && { schema: through!.schema }),
    table: through!.table,
    identity: pair,
    fields: pair,
    keys: pair.filter(isExact).map((field) => ({ prefix: `?${field.name}=`, fields: [field] })),
  };
}

const scalarsOf = (model: Model): ScalarField[] =>
  Object.values(model.fields).filter((field) => field.kind === 'scalar');
