/**
 * The data model: the compiler's description of a Prisma schema. It has models, fields, relations and enums, with their
 * names in the database.
 *
 * Plain, deeply frozen data, written by the generator in `generator/` from any Prisma schema. Keys of `models`,
 * `fields` and `enums` are Prisma's names; `fields` keeps the order of the schema.
 */
export interface DataModel {
  readonly models: Readonly<Record<string, Model>>;
  readonly enums: Readonly<Record<string, Enum>>;
}

/** A model of the schema, and its table or view. */
export interface Model {
  readonly name: string;
  /** Schema and table (or view) in the database; without a schema, the connection's search path decides. */
  readonly schema?: string;
  readonly table: string;
  readonly fields: Readonly<Record<string, Field>>;
  /** Names of the fields of the primary key; empty for a view or a model that has only unique keys. */
  readonly primaryKey: readonly string[];
  /** Every way to name one row: the key of `findUnique`'s `where`, and the fields that it stands for. */
  readonly uniques: Readonly<Record<string, readonly string[]>>;
}

/** A field of a model. */
export type Field = ScalarField | RelationField;

/** A field that is a column. */
export interface ScalarField {
  readonly kind: 'scalar';
  readonly name: string;
  readonly column: string;
  /** A scalar type of Prisma, or `Enum`. */
  readonly type: ScalarType;
  readonly list: boolean;
  readonly required: boolean;
  /** `@db.VarChar(40)` is `{ name: 'VarChar', args: ['40'] }`. */
  readonly native?: { readonly name: string; readonly args: readonly string[] };
  /** The name of the enum, for the type `Enum`. */
  readonly enum?: string;
}

/** A type of Prisma, or `Enum`. */
export type ScalarType =
  | 'String'
  | 'Boolean'
  | 'Int'
  | 'BigInt'
  | 'Float'
  | 'Decimal'
  | 'DateTime'
  | 'Json'
  | 'Bytes'
  | 'Enum';

/** A field that leads to rows of another model. */
export interface RelationField {
  readonly kind: 'relation';
  readonly name: string;
  readonly model: string;
  readonly list: boolean;
  readonly required: boolean;
  /** The relation field of the other model that mirrors this one. */
  readonly back: string;
  /** Fields of this model, and the equal fields of the other model, pair by pair. */
  readonly from: readonly string[];
  readonly to: readonly string[];
  /** Whether `from` is the foreign key, and not the key that the other model's foreign key refers to. */
  readonly holdsKey: boolean;
  /** The join table of an implicit many-to-many relation: its column for this model's key, and for the other's. */
  readonly through?: {
    readonly schema?: string;
    readonly table: string;
    readonly from: 'A' | 'B';
    readonly to: 'A' | 'B';
  };
}

/** An enum of the schema. */
export interface Enum {
  readonly name: string;
  /** Prisma's name of each value, and the database's. */
  readonly values: Readonly<Record<string, string>>;
}

/**
 * The fields that identify a row of a model: its primary key, or its first unique key that is never null. Empty for a
 * model without either.
 * @param suits a further condition on each field of the key.
 */
export function identifyingFields(
  { fields, primaryKey, uniques }: Model,
  suits: (field: ScalarField) => boolean = () => true,
): readonly string[] {
  const isWhole = (names: readonly string[]) =>
    names.length > 0 && names.every((name) => suits(fields[name] as ScalarField));
  const isNeverNull = (name: string) => (fields[name] as ScalarField).required;
  if (isWhole(primaryKey)) return primaryKey;
  return Object.values(uniques).find((names) => isWhole(names) && names.every(isNeverNull)) ?? [];
}

/** Whether PostgreSQL has an order for the values of a field, and Prisma orders by it. */
export function hasOrder({ type, native, list }: ScalarField): boolean {
  return !list && type !== 'Json' && native?.name !== 'Xml';
}

/**
 * Freezes a data model in depth; the generated file calls it.
 *
 * Its records have no prototype: a field may be called `constructor`, and a missing field must not be found in
 * `Object`.
 */
export function defineDataModel({ models, enums }: DataModel): DataModel {
  return freeze({ models: record(models, withRecords), enums: record(enums, withValues) });
}

function withRecords(model: Model): Model {
  return { ...model, fields: record(model.fields), uniques: record(model.uniques) };
}

function withValues(each: Enum): Enum {
  return { ...each, values: record(each.values) };
}

function record<T>(entries: Readonly<Record<string, T>>, change = (value: T): T => value): Record<string, T> {
  const made: Record<string, T> = Object.create(null);
  for (const [key, value] of Object.entries(entries)) made[key] = change(value);
  return made;
}

function freeze<T extends object>(value: T): T {
  for (const inner of Object.values(value)) if (typeof inner === 'object' && inner !== null) freeze(inner);
  return Object.freeze(value);
}
