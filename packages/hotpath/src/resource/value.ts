/** A value: the text of a query parameter, read as the type of the compared field. */

import {
  hasPlainYear,
  integersOf,
  isNativeDecimal,
  isNativeFloat,
  isNativeText,
} from '../compile/plan/native-values.ts';
import type { DataModel, ScalarField } from '../model/data-model.ts';

export type Value = string | number | boolean | bigint | Date;

interface Reader {
  readonly wants: string;
  /** `undefined` if the text is not such a value. */
  read(text: string): Value | undefined;
}

const INTEGER = /^-?\d{1,10}$/;
const BIG_INTEGER = /^-?\d{1,19}$/;
/** A decimal number as a parameter may contain it. */
export const DECIMAL = /^-?\d{1,30}(\.\d{1,30})?$/;
/** PostgreSQL has no year 0. */
const DATE_TIME = /^(?!0000)\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|[+-]\d\d:\d\d))?$/;
/** A UUID with its hyphens. */
const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i;

const READERS: Readonly<Record<string, (field: ScalarField) => Reader>> = {
  Int: integerReader,
  BigInt: () => ({
    wants: 'an integer of at most 64 bits',
    read: (text) =>
      BIG_INTEGER.test(text) && BigInt.asIntN(64, BigInt(text)) === BigInt(text) ? BigInt(text) : undefined,
  }),
  Float: (field) => ({
    wants: field.native?.name === 'Real' ? 'a number of single precision' : 'a number',
    read: (text) => (DECIMAL.test(text) && isNativeFloat(field, Number(text)) ? Number(text) : undefined),
  }),
  Decimal: (field) => ({
    wants: field.native?.name === 'Money' ? 'an amount of money' : 'a decimal number',
    read: (text) => (DECIMAL.test(text) && isNativeDecimal(field, text) ? text : undefined),
  }),
  Boolean: () => ({
    wants: 'true or false',
    read: (text) => (text === 'true' || text === 'false' ? text === 'true' : undefined),
  }),
  DateTime: () => ({ wants: 'a time such as 2026-01-31T12:00:00Z, or a date', read: readDateTime }),
  String: textReader,
};

function integerReader(field: ScalarField): Reader {
  const [least, most] = integersOf(field);
  return {
    wants: least === 0 ? `an integer from 0 to ${most}` : `an integer of at most ${Math.log2(most + 1) + 1} bits`,
    read: (text) => (INTEGER.test(text) && Number(text) >= least && Number(text) <= most ? Number(text) : undefined),
  };
}

const TEXTS: Readonly<Record<string, string>> = {
  Inet: 'an IP address or network',
  Bit: 'a text of 0 and 1',
  VarBit: 'a text of 0 and 1',
};

function textReader(field: ScalarField): Reader {
  const { native } = field;
  if (native?.name === 'Uuid')
    return { wants: 'a UUID', read: (text) => (UUID.test(text) ? text.toLowerCase() : undefined) };
  return {
    wants: TEXTS[native?.name ?? ''] ?? 'a text without control characters',
    read: (text) => (isNativeText(field, text) ? text : undefined),
  };
}

function readDateTime(text: string): Date | undefined {
  if (!DATE_TIME.test(text) || !isCalendarDay(text.slice(0, 10))) return undefined;
  const date = new Date(text);
  return Number.isNaN(date.getTime()) || !hasPlainYear(date) ? undefined : date;
}

/** JavaScript reads February 31 as March 3. */
function isCalendarDay(day: string): boolean {
  const date = new Date(`${day}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(day);
}

/** The reader of a field's values; `undefined` for a type that no parameter can contain (Json, Bytes, lists). */
export function readerOf(field: ScalarField, dataModel: DataModel): Reader | undefined {
  if (field.list) return undefined;
  if (field.type !== 'Enum') return READERS[field.type]?.(field);
  const values = Object.keys(dataModel.enums[field.enum!]!.values);
  return { wants: `one of ${values.join(', ')}`, read: (text) => (values.includes(text) ? text : undefined) };
}
