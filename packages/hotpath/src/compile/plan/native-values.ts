/** The limits of native types of PostgreSQL that hold less than their type of Prisma. */
import { isIPv4, isIPv6 } from 'node:net';
import type { ScalarField } from '../../model/data-model.ts';

type Native = Pick<ScalarField, 'native'>;

const UUID = /^[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}$/i;
const GROUPS_OF_UUID = /^(.{8})(.{4})(.{4})(.{4})(.{12})$/;
const BITS = /^[01]*$/;
const ADDRESS = /^(?<address>[\da-f.:]+)(\/(?<bits>\d{1,3}))?$/i;

/** Whether PostgreSQL reads the text as a value of a String field's type. */
export function isNativeText({ native }: Native, text: string): boolean {
  switch (native?.name) {
    case 'Uuid':
      return UUID.test(text);
    case 'Inet':
      return isAddress(text);
    case 'Bit':
    case 'VarBit':
      return BITS.test(text);
    default:
      return !text.includes('\0');
  }
}

/** A UUID as PostgreSQL writes it; it also reads one in capitals, or without hyphens. Undefined for another text. */
export function canonicalUuid(text: string): string | undefined {
  if (!UUID.test(text)) return undefined;
  return text.replaceAll('-', '').toLowerCase().replace(GROUPS_OF_UUID, '$1-$2-$3-$4-$5');
}

function isAddress(text: string): boolean {
  const { address = '', bits = '0' } = ADDRESS.exec(text)?.groups ?? {};
  return isIPv4(address) ? Number(bits) <= 32 : isIPv6(address) && Number(bits) <= 128;
}

const INTEGERS: Readonly<Record<string, readonly [least: number, most: number]>> = {
  SmallInt: [-(2 ** 15), 2 ** 15 - 1],
  Oid: [0, 2 ** 31 - 1],
};

/** The least and the largest value of an Int field. */
export function integersOf({ native }: Native): readonly [least: number, most: number] {
  return INTEGERS[native?.name ?? ''] ?? [-(2 ** 31), 2 ** 31 - 1];
}

/** Whether a Float field has the number, if only rounded. */
export function isNativeFloat({ native }: Native, value: number): boolean {
  if (native?.name !== 'Real') return Number.isFinite(value);
  const rounded = Math.fround(value);
  return Number.isFinite(rounded) && (rounded !== 0 || value === 0);
}

const MOST_CENTS = 9_223_372_036_854_775_807n;

/** Whether a Decimal field has the number, if only rounded. `text` is a decimal number. */
export function isNativeDecimal({ native }: Native, text: string): boolean {
  return native?.name !== 'Money' || centsOf(text) <= MOST_CENTS;
}

/** The amount without its sign, rounded to cents. */
function centsOf(text: string): bigint {
  const [, whole, cents = '', next = '0'] = /^-?(\d*)(?:\.(\d{0,2})(\d?)\d*)?$/.exec(text) ?? [];
  if (whole === undefined) return centsOfExponent(Number(text));
  return BigInt(whole + cents.padEnd(2, '0')) + (next >= '5' ? 1n : 0n);
}

/** Of a number with an exponent. Cents do not matter where that is large. */
function centsOfExponent(value: number): bigint {
  const cents = Math.round(Math.abs(value) * 100);
  return Number.isFinite(cents) ? BigInt(cents) : MOST_CENTS + 1n;
}

/** Whether PostgreSQL and ISO 8601 write the year of a time with four digits. PostgreSQL has no year 0. */
export function hasPlainYear(time: Date): boolean {
  const year = time.getUTCFullYear();
  return year >= 1 && year <= 9999;
}
