/** The values of filters: checked against the type of their field, and written as PostgreSQL reads them. */
import type { DataModel, ScalarField } from '../../model/data-model.ts';
import { at, type Path, refuse } from '../error.ts';
import { describe } from './arguments.ts';
import { hasPlainYear, integersOf, isNativeDecimal, isNativeFloat, isNativeText } from './native-values.ts';

/** A value for a parameter: text in PostgreSQL's input syntax, a number, a boolean, bytes, or a list of these. */
export type Encoded = string | number | boolean | Buffer | null | readonly Encoded[];

export function encode(dataModel: DataModel, field: ScalarField, value: unknown, path: Path): Encoded {
  const encoded = field.type === 'Enum' ? encodeEnum(dataModel, field, value) : ENCODERS[field.type](value, field);
  return encoded ?? refuseValue(field, value, path);
}

export function encodeList(dataModel: DataModel, field: ScalarField, value: unknown, path: Path): Encoded {
  if (!Array.isArray(value)) return refuseValue(field, value, path);
  return Array.from(value, (each, index) => encode(dataModel, field, each, at(path, index)));
}

type Encoder = (value: unknown, field: ScalarField) => Encoded | undefined;

const ENCODERS: Record<Exclude<ScalarField['type'], 'Enum'>, Encoder> = {
  String: (value, field) => (typeof value === 'string' && isNativeText(field, value) ? value : undefined),
  Boolean: (value) => (typeof value === 'boolean' ? value : undefined),
  Int: (value, field) => (isIntegerWithin(value, integersOf(field)) ? value : undefined),
  BigInt: (value) => encodeBigInt(value),
  Float: (value, field) => (typeof value === 'number' && isNativeFloat(field, value) ? value : undefined),
  Decimal: (value, field) => encodeDecimal(value, field),
  DateTime: (value, field) => encodeDateTime(value, field),
  Json: (value) => encodeJson(value),
  Bytes: (value) =>
    value instanceof Uint8Array ? Buffer.from(value.buffer, value.byteOffset, value.byteLength) : undefined,
};

function isIntegerWithin(value: unknown, [low, high]: readonly [number, number]): value is number {
  return Number.isInteger(value) && (value as number) >= low && (value as number) <= high;
}

const INT8 = [-(2n ** 63n), 2n ** 63n - 1n] as const;

function encodeBigInt(value: unknown): string | undefined {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return String(value);
  return typeof value === 'bigint' && value >= INT8[0] && value <= INT8[1] ? String(value) : undefined;
}

const DECIMAL = /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d{1,3})?$/i;

function encodeDecimal(value: unknown, field: ScalarField): string | undefined {
  const text = isDecimalLike(value) ? value.toFixed() : value;
  if (!['string', 'number', 'bigint'].includes(typeof text) || !DECIMAL.test(String(text))) return undefined;
  return isNativeDecimal(field, String(text)) ? String(text) : undefined;
}

/** Any decimal.js will do, as for Prisma. */
function isDecimalLike(value: unknown): value is { toFixed(): string } {
  if (typeof value !== 'object' || value === null) return false;
  const { d, e, s, toFixed } = value as Record<string, unknown>;
  return Array.isArray(d) && typeof e === 'number' && typeof s === 'number' && typeof toFixed === 'function';
}

const DATE_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/;

function encodeDateTime(value: unknown, field: ScalarField): string | undefined {
  const date = typeof value === 'string' && DATE_TIME.test(value) ? new Date(value) : value;
  if (!(date instanceof Date) || Number.isNaN(date.getTime()) || !hasPlainYear(date)) return undefined;
  const text = date.toISOString();
  if (field.native?.name === 'Time') return text.slice(11, 23);
  return field.native?.name === 'Timetz' ? `${text.slice(11, 23)}+00` : text;
}

/** Characters that JSON can write and PostgreSQL cannot hold: NUL, and half of a surrogate pair. */
const NO_CHARACTER = /(?<!\\)(\\\\)*\\u(0000|d[89a-f]..)/;

function encodeJson(value: unknown): string | undefined {
  const text = JSON.stringify(value);
  return text !== undefined && NO_CHARACTER.test(text) ? undefined : text;
}

function encodeEnum({ enums }: DataModel, field: ScalarField, value: unknown): string | undefined {
  const { values } = enums[field.enum!]!;
  return typeof value === 'string' && Object.hasOwn(values, value) ? values[value] : undefined;
}

function refuseValue(field: ScalarField, value: unknown, path: Path): never {
  const type = field.native ? `${field.type} (${field.native.name})` : (field.enum ?? field.type);
  return refuse(path, {
    code: 'INVALID_VALUE',
    message: `${describe(value)} is not a value of type ${type}`,
    allowed: [type],
  });
}
