/**
 * The proposal of `hotpath init` for one model: a resource that shows every field whose name does not look secret,
 * filters and sorts by indexed fields, and is closed to every viewer. Plain data, made from the schema alone.
 */
import type { DMMF } from '@prisma/generator-helper';
import { type DataModel, hasOrder, identifyingFields, type Model, type ScalarField } from '../../model/data-model.ts';
import { RESERVED_PARAMETERS } from '../../resource/parameter-names.ts';
import type { FilterOperator } from '../../resource/resource.ts';
import { readerOf } from '../../resource/value.ts';
import { versionFault } from '../../resource/version.ts';
import { indexesOf, type ModelIndex } from './indexes.ts';
import { operatorsFor } from './operators.ts';
import { looksSecret } from './secret-names.ts';

export interface Proposal {
  readonly model: string;
  /** The name of the resource, and of its constant. */
  readonly name: string;
  /** The path that serves it: `/blog-posts`. */
  readonly path: string;
  /** The fields that identify its rows. */
  readonly key: readonly string[];
  readonly fields: readonly string[];
  /** Relations by name; `take` is the number of rows of a list. */
  readonly relations: Readonly<Record<string, { readonly take?: number }>>;
  readonly defaultFields: readonly string[];
  readonly filters: Readonly<Record<string, readonly FilterOperator[]>>;
  readonly filterNames: Readonly<Record<string, string>>;
  readonly sorts: readonly string[];
  readonly sort: string;
  /** The fields that are left out, each with the reason. */
  readonly secrets: readonly SecretField[];
  /** A field that may be the version; the team must confirm it. */
  readonly version: string | undefined;
  /** The field that seems to contain the id of a user. */
  readonly owner: string | undefined;
}

export interface SecretField {
  readonly name: string;
  readonly reason: 'looks secret' | 'is bytes';
}

export interface Schema {
  readonly dataModel: DataModel;
  readonly datamodel: DMMF.Datamodel;
}

/** The models that have a resource, with its name and its path. */
export type Places = ReadonlyMap<string, { readonly name: string; readonly path: string }>;

const EMBEDDED_ROWS = 20;
const LEAN_FIELDS = 6;

export function proposalFor(schema: Schema, modelName: string, places: Places): Proposal {
  const model = schema.dataModel.models[modelName]!;
  const described = schema.datamodel.models.find(({ name }) => name === modelName)!;
  const scalars = Object.values(model.fields).filter((field) => field.kind === 'scalar');
  const shown = scalars.filter((field) => !isSecret(field));
  const key = proposedKey(model);
  const indexes = indexesOf(schema.datamodel, modelName);
  const filters = filtersFor(schema.dataModel, shown, indexes);
  return {
    model: modelName,
    ...places.get(modelName)!,
    key,
    fields: shown.map(({ name }) => name),
    relations: relationsOf(model, places),
    defaultFields: leanOf(model, shown, key),
    filters,
    filterNames: filterNamesFor(filters, model),
    sorts: sortsFor(model, indexes, key),
    sort: isCounted(described, key) ? `-${key[0]}` : key.join(','),
    secrets: scalars
      .filter(isSecret)
      .map(({ name }) => ({ name, reason: looksSecret(name) ? 'looks secret' : 'is bytes' })),
    version: versionOf(model, described),
    owner: ownerOf(model),
  };
}

export const isSecret = ({ name, type }: ScalarField): boolean => type === 'Bytes' || looksSecret(name);

export const proposedKey = (model: Model): readonly string[] => identifyingFields(model, hasOrder);

function relationsOf({ fields }: Model, places: Places): Proposal['relations'] {
  const relations = Object.values(fields).filter((field) => field.kind === 'relation' && places.has(field.model));
  return Object.fromEntries(relations.map(({ name, list }) => [name, list ? { take: EMBEDDED_ROWS } : {}]));
}

/** The key, and the short columns that a list most likely shows. */
function leanOf(model: Model, shown: readonly ScalarField[], key: readonly string[]): string[] {
  const foreign = new Set(foreignKeysOf(model).flat());
  const isShort = ({ name, type, list, native }: ScalarField) =>
    !list && type !== 'Json' && native?.name !== 'Xml' && !foreign.has(name) && !key.includes(name);
  const more = shown.filter(isShort).map(({ name }) => name);
  return [...key, ...more.slice(0, Math.max(LEAN_FIELDS - key.length, 1))];
}

const foreignKeysOf = ({ fields }: Model): (readonly string[])[] =>
  Object.values(fields).flatMap((field) => (field.kind === 'relation' && field.holdsKey ? [field.from] : []));

function filtersFor(dataModel: DataModel, shown: readonly ScalarField[], indexes: readonly ModelIndex[]) {
  const filters = shown.flatMap((field) => {
    const leading = indexes.filter(({ fields }) => fields[0] === field.name);
    if (leading.length === 0 || !readerOf(field, dataModel)) return [];
    const operators = operatorsFor(
      field,
      leading.some(({ isOrdered }) => isOrdered),
    );
    return operators.length > 0 ? [[field.name, operators] as const] : [];
  });
  return Object.fromEntries(filters);
}

/** Another parameter name for each filter whose name is a parameter of every list. */
function filterNamesFor(filters: Proposal['filters'], { fields }: Model): Record<string, string> {
  const taken = Object.keys(filters).filter((name) => RESERVED_PARAMETERS.includes(name));
  return Object.fromEntries(taken.map((name) => [name, freeName(`${name}_is`, fields)]));
}

const freeName = (name: string, fields: Model['fields']): string =>
  name in fields ? freeName(`${name}_`, fields) : name;

const SORTED_TYPES: readonly string[] = ['Int', 'BigInt', 'Float', 'Decimal', 'DateTime', 'String'];

/** The fields whose order an index keeps: the first field of each index, if it is never null. */
function sortsFor(model: Model, indexes: readonly ModelIndex[], key: readonly string[]): string[] {
  const foreign = new Set(foreignKeysOf(model).flat());
  const names = new Set(key.length === 1 ? key : []);
  for (const { fields, isOrdered } of indexes) {
    const field = model.fields[fields[0]!];
    if (!isOrdered || field?.kind !== 'scalar' || !field.required || !hasOrder(field) || isSecret(field)) continue;
    if (SORTED_TYPES.includes(field.type) && field.native?.name !== 'Uuid' && !foreign.has(field.name))
      names.add(field.name);
  }
  return [...names];
}

/** Whether rows are numbered in order of insertion, so that the highest number is the newest row. */
function isCounted({ fields }: DMMF.Model, [name, ...more]: readonly string[]): boolean {
  const value = fields.find((field) => field.name === name)?.default;
  return more.length === 0 && typeof value === 'object' && 'name' in value && value.name === 'autoincrement';
}

function versionOf(model: Model, { fields }: DMMF.Model): string | undefined {
  const named = fields.filter(({ name }) => /^(row_?)?version$/i.test(name));
  const timed = fields.filter(({ isUpdatedAt }) => isUpdatedAt);
  const fitting = [...named, ...timed].find(({ name }) => {
    const field = model.fields[name];
    return field?.kind === 'scalar' && !isSecret(field) && versionFault(field) === undefined;
  });
  return fitting?.name;
}

const USERS = /^(app_?)?(user|account|member|person|people|customer)s?$/i;

/** The foreign key to the model of users, or the key of that model itself. */
function ownerOf(model: Model): string | undefined {
  const foreign = Object.values(model.fields).find(
    (field) =>
      field.kind === 'relation' &&
      field.holdsKey &&
      field.from.length === 1 &&
      field.model !== model.name &&
      USERS.test(field.model),
  );
  if (foreign?.kind === 'relation') return foreign.from[0];
  const [id, ...more] = proposedKey(model);
  return USERS.test(model.name) && more.length === 0 ? id : undefined;
}
