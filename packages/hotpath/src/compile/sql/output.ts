/**
 * How a column's value becomes JSON exactly as Prisma Client's value would after `JSON.stringify`.
 *
 * `row_to_json` writes most types so already. Where it does not, the value becomes text, or null, before:
 * - BigInt and Decimal are strings; a Decimal as decimal.js writes it, without trailing zeros, with an exponent from
 *   1e21 up and below 1e-6;
 * - DateTime is ISO 8601 in UTC with milliseconds, whatever the type of the column and the session's time zone;
 * - NaN and the infinities of a Float are null, and -0 is 0;
 * - Bytes are base64 in one line; an enum's value has its name in Prisma, and one that the schema does not know yet that of the
 *   database; a list is never null.
 */
import type { DataModel, ScalarField } from '../../model/data-model.ts';
import { isMoney } from './native.ts';
import { literal } from './text.ts';

const ELEMENT = 'element.value';

export type ValueType = Pick<ScalarField, 'type' | 'native' | 'enum' | 'list'>;

export function output(dataModel: DataModel, type: ValueType, value: string): string {
  if (!type.list) return scalar(dataModel, type, value);
  const element = scalar(dataModel, type, ELEMENT);
  if (element === ELEMENT) return `coalesce(${value}, '{}')`;
  return `ARRAY(SELECT ${element} FROM unnest(${value}) AS element(value))`;
}

function scalar({ enums }: DataModel, { type, native, enum: enumName }: ValueType, value: string): string {
  switch (type) {
    case 'Int':
      return native?.name === 'Oid' ? `${value}::bigint` : value;
    case 'BigInt':
      return `${value}::text`;
    case 'Float':
      return `CASE WHEN abs(${value}) < 'Infinity' THEN ${value} + '0' END`;
    case 'Decimal':
      return isMoney({ native }) ? decimal(`${value}::numeric`, MONEY) : decimal(value, argumentsOf(native));
    case 'DateTime':
      return dateTime(value, native?.name);
    case 'Bytes':
      return `translate(encode(${value}, 'base64'), E'\\n', '')`;
    case 'Enum':
      return renamed(value, enums[enumName!]!.values);
    default:
      return value;
  }
}

/** Digits, and digits after the point, of the largest `money`. */
const MONEY = ['19', '2'];

const argumentsOf = (native: ValueType['native']): readonly string[] => (native?.name === 'Decimal' ? native.args : []);

function decimal(value: string, [precision = '65', scale = '30']: readonly string[]): string {
  const plain = `trim_scale(${value})::text`;
  const isAlwaysPlain = Number(precision) - Number(scale) <= 21 && Number(scale) <= 6;
  if (isAlwaysPlain) return plain;
  const digits = `ltrim(replace(trim_scale(abs(${value}))::text, '.', ''), '0')`;
  const exponent = `length(${digits}) - scale(trim_scale(${value})) - 1`;
  return [
    'CASE',
    `  WHEN abs(${value}) >= 1e-6 AND abs(${value}) < 1e21 OR ${value} IN (0, 'NaN', 'Infinity', '-Infinity')`,
    `  THEN ${plain}`,
    `  WHEN ${value} IS NOT NULL`,
    `  THEN concat(CASE WHEN ${value} < 0 THEN '-' END, regexp_replace(rtrim(${digits}, '0'), '^(.)(.+)$', '\\1.\\2'),`,
    `    'e', CASE WHEN abs(${value}) > 1 THEN '+' END, ${exponent})`,
    'END',
  ].join('\n');
}

const ISO = `'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'`;

function dateTime(value: string, native = 'Timestamp'): string {
  switch (native) {
    case 'Timestamptz':
      return `to_char(${value} AT TIME ZONE 'UTC', ${ISO})`;
    case 'Date':
      return `to_char(${value}, 'YYYY-MM-DD"T00:00:00.000Z"')`;
    case 'Time':
      return `to_char(date '1970-01-01' + ${value}, ${ISO})`;
    case 'Timetz':
      return `to_char(date '1970-01-01' + ${value}::time, ${ISO})`;
    default:
      return `to_char(${value}, ${ISO})`;
  }
}

function renamed(value: string, values: Readonly<Record<string, string>>): string {
  const changed = Object.entries(values).filter(([prisma, database]) => prisma !== database);
  if (changed.length === 0) return value;
  const cases = Object.entries(values).map(([prisma, database]) => `WHEN ${literal(database)} THEN ${literal(prisma)}`);
  return `CASE ${value} ${cases.join(' ')} ELSE ${value}::text END`;
}
