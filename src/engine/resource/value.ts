/**
 * A value: what a consumer wrote in a query parameter, read as the type of the field that it is compared with.
 */
import type { DataModel, ScalarField } from '../compile/data-model.ts';

export type Value = string | number | boolean | bigint | Date;

interface Reader {
  readonly wants: string;
  /** `undefined` when the text is no such value. */
  read(text: string): Value | undefined;
}

const INTEGER = /^-?\d{1,10}$/;
const BIG_INTEGER = /^-?\d{1,19}$/;
const DECIMAL = /^-?\d{1,30}(\.\d{1,30})?$/;
/** PostgreSQL has no year 0. */
const DATE_TIME = /^(?!0000)\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|[+-]\d\d:\d\d))?$/;
const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i;

const readers: Readonly<Record<string, Reader>> = {
  Int: integer(32),
  BigInt: {
    wants: 'an integer of at most 64 bits',
    read: (text) =>
      BIG_INTEGER.test(text) && BigInt.asIntN(64, BigInt(text)) === BigInt(text) ? BigInt(text) : undefined,
  },
  Float: { wants: 'a number', read: (text) => (DECIMAL.test(text) ? Number(text) : undefined) },
  Decimal: { wants: 'a decimal number', read: (text) => (DECIMAL.test(text) ? text : undefined) },
  Boolean: {
    wants: 'true or false',
    read: (text) => (text === 'true' || text === 'false' ? text === 'true' : undefined),
  },
  DateTime: { wants: 'a time such as 2026-01-31T12:00:00Z, or a date', read: readDateTime },
  String: { wants: 'a text without control characters', read: (text) => (text.includes('\0') ? undefined : text) },
};

function integer(bits: 16 | 32): Reader {
  const most = 2 ** (bits - 1);
  const fits = (value: number) => value >= -most && value < most;
  return {
    wants: `an integer of at most ${bits} bits`,
    read: (text) => (INTEGER.test(text) && fits(Number(text)) ? Number(text) : undefined),
  };
}

/** Native types that hold less than the type of Prisma's that they stand for. */
const nativeReaders: Readonly<Record<string, Reader>> = {
  SmallInt: integer(16),
  Uuid: { wants: 'a UUID', read: (text) => (UUID.test(text) ? text.toLowerCase() : undefined) },
};

function readDateTime(text: string): Date | undefined {
  if (!DATE_TIME.test(text) || !isCalendarDay(text.slice(0, 10))) return undefined;
  const date = new Date(text);
  return Number.isNaN(date.getTime()) ? undefined : date;
}

/** JavaScript takes February 31 for March 3. */
function isCalendarDay(day: string): boolean {
  const date = new Date(`${day}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(day);
}

/** How values of a field are read; `undefined` for a type that no parameter can hold (Json, Bytes, lists). */
export function readerOf(field: ScalarField, dataModel: DataModel): Reader | undefined {
  if (field.list) return undefined;
  const native = nativeReaders[field.native?.name ?? ''];
  if (native) return native;
  if (field.type !== 'Enum') return readers[field.type];
  const values = Object.keys(dataModel.enums[field.enum!]!.values);
  return { wants: `one of ${values.join(', ')}`, read: (text) => (values.includes(text) ? text : undefined) };
}
