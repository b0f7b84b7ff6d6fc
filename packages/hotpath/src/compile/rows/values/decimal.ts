/**
 * `numeric` in PostgreSQL's binary format: a sign and digits to the base of 10,000.
 *
 * Prisma's Decimal writes no trailing zeros, and an exponent from 1e21 up and below 1e-6. PostgreSQL's own text has the
 * zeros up to the scale, and no exponent.
 */
import type { JsonBytes } from '../json-bytes.ts';
import { int16At } from './integers.ts';
import { withoutTrailing } from './trailing.ts';
import type { ValueWriter } from './value-writer.ts';

const GROUP = 4;
const NEGATIVE = 0x4000;
const NAMES: Readonly<Record<number, string>> = { 49152: 'NaN', 53248: 'Infinity', 61440: '-Infinity' };
const HEADER = 8;

const ZERO = 0x30;
const POINT = 0x2e;

/** From so many digits before the point on, and from so many zeros behind it on, there is an exponent. */
const MOST_WHOLE_GROUPS = 5;
const MOST_ZERO_GROUPS = 1;

const signAt = (bytes: Uint8Array, start: number): number => (bytes[start + 4]! << 8) | bytes[start + 5]!;

/** As decimal.js writes it, without quotes. */
export const writeDecimal: ValueWriter = (out, bytes, start) => {
  const sign = signAt(bytes, start);
  const name = NAMES[sign];
  if (name !== undefined) return out.ascii(name);
  const groups = int16At(bytes, start);
  const weight = int16At(bytes, start + 2);
  // The number of whole groups is one more than the weight. Near the limits the text decides.
  if (weight >= MOST_WHOLE_GROUPS || weight < -MOST_ZERO_GROUPS)
    return out.ascii(scientific(numericText(bytes, start)));
  out.reserve((Math.max(groups, weight + 1) + 3) * GROUP);
  if (sign === NEGATIVE) out.byte(0x2d);
  writeWhole(out, bytes, start + HEADER, { groups, weight });
  writeFraction(out, bytes, start + HEADER, { groups, weight });
};

interface Extent {
  readonly groups: number;
  /** The place of the first group: 0 is the one before the point. */
  readonly weight: number;
}

function writeWhole(out: JsonBytes, bytes: Uint8Array, digits: number, { groups, weight }: Extent): void {
  out.digits(weight >= 0 && groups > 0 ? groupAt(bytes, digits) : 0);
  for (let index = 1; index <= weight; index += 1) {
    writeGroup(out, index < groups ? groupAt(bytes, digits + index * 2) : 0);
  }
}

function writeFraction(out: JsonBytes, bytes: Uint8Array, digits: number, { groups, weight }: Extent): void {
  if (groups <= weight + 1 || groups === 0) return;
  out.byte(POINT);
  for (let place = -1; place > weight; place -= 1) writeGroup(out, 0);
  for (let index = Math.max(0, weight + 1); index < groups; index += 1) {
    writeGroup(out, groupAt(bytes, digits + index * 2));
  }
  while (out.bytes[out.length - 1] === ZERO) out.length -= 1;
  if (out.bytes[out.length - 1] === POINT) out.length -= 1;
}

const groupAt = (bytes: Uint8Array, at: number): number => (bytes[at]! << 8) | bytes[at + 1]!;

function writeGroup(out: JsonBytes, group: number): void {
  const { bytes, length } = out;
  bytes[length] = ZERO + Math.floor(group / 1000);
  bytes[length + 1] = ZERO + (Math.floor(group / 100) % 10);
  bytes[length + 2] = ZERO + (Math.floor(group / 10) % 10);
  bytes[length + 3] = ZERO + (group % 10);
  out.length = length + GROUP;
}

/** As PostgreSQL writes it. */
export function numericText(bytes: Uint8Array, start: number): string {
  const sign = signAt(bytes, start);
  if (NAMES[sign] !== undefined) return NAMES[sign];
  const groups = int16At(bytes, start);
  const weight = int16At(bytes, start + 2);
  const scale = int16At(bytes, start + 6);
  const text = (place: number) => {
    const index = weight - place;
    const group = index >= 0 && index < groups ? groupAt(bytes, start + HEADER + index * 2) : 0;
    return String(group).padStart(GROUP, '0');
  };
  let whole = '';
  for (let place = weight; place >= 0; place -= 1) whole += text(place);
  let fraction = '';
  for (let place = -1; fraction.length < scale; place -= 1) fraction += text(place);
  const point = scale > 0 ? `.${fraction.slice(0, scale)}` : '';
  return `${sign === NEGATIVE ? '-' : ''}${whole.replace(/^0+/, '') || '0'}${point}`;
}

/** PostgreSQL's text of a number as decimal.js writes it. */
function scientific(text: string): string {
  const [, sign, whole = '', fraction = ''] = /^(-?)(\d+)\.?(\d*)$/.exec(text)!;
  const digits = withoutTrailing(`${whole}${fraction}`.replace(/^0+/, ''), '0');
  if (digits === '') return '0';
  const leading = /^0*/.exec(`${whole}${fraction}`)![0].length;
  const exponent = whole.length - leading - 1;
  if (exponent >= 21 || exponent < -6) {
    const tail = digits.length > 1 ? `.${digits.slice(1)}` : '';
    return `${sign}${digits[0]}${tail}e${exponent > 0 ? '+' : ''}${exponent}`;
  }
  const rest = withoutTrailing(fraction, '0');
  return `${sign}${whole.replace(/^0+(?=\d)/, '')}${rest === '' ? '' : `.${rest}`}`;
}
