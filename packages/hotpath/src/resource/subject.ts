/**
 * The viewer's subject as a value of the compared field: a number for an Int, a bigint for a BigInt, text for every
 * other type. Authentication knows subjects as texts; the policy decides which field they are compared with.
 */

import { isObject } from '../compile/plan/arguments.ts';
import type { DataModel, Model, ScalarField } from '../model/data-model.ts';
import { readerOf, type Value } from './value.ts';

/** Stands for the viewer's subject in a policy's rows. */
export const SUBJECT: unique symbol = Symbol('subject');

/** In other types, two texts may be equal in the database, but a subject must name one user only. */
const TEXTS = [undefined, 'Text', 'VarChar', 'Char', 'Citext', 'Uuid'];

/** Whether a subject can be compared with a field at all. */
export const canNameSubject = ({ type, list, native }: ScalarField): boolean =>
  !list && (type === 'Int' || type === 'BigInt' || (type === 'String' && TEXTS.includes(native?.name)));

/**
 * The subject in the type of a field; `undefined` if no row can have it, such as `abc` for an Int. A number has one
 * spelling: `07` is not 7.
 */
export function subjectAs(dataModel: DataModel, field: ScalarField, subject: string): Value | undefined {
  const value = readerOf(field, dataModel)?.read(subject);
  if (typeof value === 'string') return field.native?.name === 'Char' && subject.endsWith(' ') ? undefined : value;
  return String(value) === subject ? value : undefined;
}

/** A sample subject: a condition on the subject compiles in the same way for all. */
export const anySubject = ({ type, native }: ScalarField): Value => {
  if (type === 'Int') return 1;
  if (type === 'BigInt') return 1n;
  return native?.name === 'Uuid' ? '00000000-0000-0000-0000-000000000001' : '1';
};

export type ValueFor = (field: ScalarField) => Value;

type Condition = Readonly<Record<string, unknown>>;

/**
 * Inserts the subject into conditions in the shape of Prisma's `where`. Only plain objects and lists are copied: an
 * instance, such as a `Decimal`, a `Date` or `Prisma.DbNull`, is a value.
 */
export class SubjectInsertion {
  readonly #dataModel: DataModel;
  readonly #valueFor: ValueFor;

  constructor(dataModel: DataModel, valueFor: ValueFor) {
    this.#dataModel = dataModel;
    this.#valueFor = valueFor;
  }

  /** @param rows a condition on rows of the model. */
  into(model: Model, rows: unknown): unknown {
    if (Array.isArray(rows)) return rows.map((each) => this.into(model, each));
    if (!isObject(rows)) return rows;
    return mapped(rows, (key, inner) => this.#at(model, key, inner));
  }

  #at(model: Model, key: string, inner: unknown): unknown {
    const field = Object.hasOwn(model.fields, key) ? model.fields[key] : undefined;
    if (field?.kind === 'scalar') return this.#inField(field, inner);
    if (field === undefined) return this.into(model, inner);
    const target = this.#dataModel.models[field.model]!;
    if (!isObject(inner)) return inner;
    // `{ some: … }`, `{ is: … }`, or the condition itself.
    return mapped(inner, (name, value) => {
      const isField = !field.list && Object.hasOwn(target.fields, name) && !isAboutRows(target, name, value);
      return isField ? this.#at(target, name, value) : this.into(target, value);
    });
  }

  #inField(field: ScalarField, value: unknown): unknown {
    if (value === SUBJECT) return this.#valueFor(field);
    if (Array.isArray(value)) return value.map((each) => this.#inField(field, each));
    return isObject(value) ? mapped(value, (_operator, inner) => this.#inField(field, inner)) : value;
  }
}

const OF_ONE = ['is', 'isNot'];
const OF_CONDITIONS = ['AND', 'OR', 'NOT'];

/** Whether `is` or `isNot` is the operator, if the model has a field of that name, too. */
const isAboutRows = ({ fields }: Model, name: string, value: unknown): boolean =>
  OF_ONE.includes(name) &&
  isObject(value) &&
  Object.keys(value).some((key) => Object.hasOwn(fields, key) || OF_CONDITIONS.includes(key));

const mapped = (values: Condition, map: (key: string, value: unknown) => unknown): Condition =>
  Object.fromEntries(Object.entries(values).map(([key, value]) => [key, map(key, value)]));
