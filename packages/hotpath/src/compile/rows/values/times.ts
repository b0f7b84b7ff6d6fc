/**
 * Times in PostgreSQL's binary format: microseconds or days since 2000.
 *
 * Prisma's DateTime is ISO 8601 in UTC with milliseconds, which are cut and not rounded. A time that is infinite is null.
 */
import type { JsonBytes } from '../json-bytes.ts';
import { int32At, int64At, safeInt64At } from './integers.ts';
import type { ValueWriter } from './value-writer.ts';

const DAY_MS = 86_400_000;
const DAY_MICROSECONDS = 86_400_000_000n;
/** From 1970 to 2000. */
const EPOCH_DAYS = 10_957;

const MOST_HIGH = 0x7fff_ffff;
const LEAST_HIGH = -0x8000_0000;
/** Within these upper halves a number of microseconds divided by 1000 is exact enough to be cut. */
const NEAR_HIGH = 0x10_0000;

const [QUOTE, ZERO, HYPHEN, COLON, POINT, T, Z] = [0x22, 0x30, 0x2d, 0x3a, 0x2e, 0x54, 0x5a];
const DAY_LENGTH = 10;

/** The last day that was written, for rows often share it. */
interface LastDay {
  day: number;
  text: Uint8Array;
}

/** `timestamp` and `timestamptz`. Each statement has its own. */
export function timestampWriter(): ValueWriter {
  const last: LastDay = { day: Number.NaN, text: new Uint8Array(0) };
  return (out, bytes, start) => {
    if (isInfinite(bytes, start)) out.ascii('null');
    else writeTime(out, timeAt(bytes, start), last);
  };
}

export const isInfinite = (bytes: Uint8Array, start: number): boolean => {
  const high = int32At(bytes, start);
  const low = int32At(bytes, start + 4);
  return (high === MOST_HIGH && low === -1) || (high === LEAST_HIGH && low === 0);
};

function timeAt(bytes: Uint8Array, start: number): Time {
  const high = int32At(bytes, start);
  if (high >= NEAR_HIGH || high < -NEAR_HIGH) return farTimeAt(bytes, start);
  const milliseconds = Math.floor(safeInt64At(bytes, start) / 1000);
  const day = Math.floor(milliseconds / DAY_MS);
  return { day: day + EPOCH_DAYS, milliseconds: milliseconds - day * DAY_MS };
}

/** A double holds neither the microseconds nor, in the last millennia, the milliseconds. */
function farTimeAt(bytes: Uint8Array, start: number): Time {
  const microseconds = int64At(bytes, start);
  const ofDay = ((microseconds % DAY_MICROSECONDS) + DAY_MICROSECONDS) % DAY_MICROSECONDS;
  const day = Number((microseconds - ofDay) / DAY_MICROSECONDS);
  return { day: day + EPOCH_DAYS, milliseconds: Number(ofDay / 1000n) };
}

/** `date`. */
export function dateWriter(): ValueWriter {
  const last: LastDay = { day: Number.NaN, text: new Uint8Array(0) };
  return (out, bytes, start) => {
    const day = int32At(bytes, start);
    if (day === MOST_HIGH || day === LEAST_HIGH) return out.ascii('null');
    writeTime(out, { day: day + EPOCH_DAYS, milliseconds: 0 }, last);
  };
}

/** `time`, and `timetz` without its zone: of the first day of 1970; 24:00 is the beginning of the second. */
export function timeOfDayWriter(): ValueWriter {
  const last: LastDay = { day: Number.NaN, text: new Uint8Array(0) };
  return (out, bytes, start) => {
    const milliseconds = Math.floor(safeInt64At(bytes, start) / 1000);
    const day = Math.floor(milliseconds / DAY_MS);
    writeTime(out, { day, milliseconds: milliseconds - day * DAY_MS }, last);
  };
}

interface Time {
  /** Since 1970. */
  readonly day: number;
  /** Of the day. */
  readonly milliseconds: number;
}

function writeTime(out: JsonBytes, { day, milliseconds }: Time, last: LastDay): void {
  out.reserve(32);
  out.bytes[out.length++] = QUOTE;
  writeDay(out, day, last);
  const { bytes, length: at } = out;
  const seconds = Math.floor(milliseconds / 1000);
  const fraction = milliseconds - seconds * 1000;
  const minutes = Math.floor(seconds / 60);
  const hours = Math.floor(minutes / 60);
  bytes[at] = T;
  writeTwo(bytes, at + 1, hours);
  bytes[at + 3] = COLON;
  writeTwo(bytes, at + 4, minutes - hours * 60);
  bytes[at + 6] = COLON;
  writeTwo(bytes, at + 7, seconds - minutes * 60);
  bytes[at + 9] = POINT;
  const tenths = Math.floor(fraction / 10);
  writeTwo(bytes, at + 10, tenths);
  bytes[at + 12] = ZERO + fraction - tenths * 10;
  bytes[at + 13] = Z;
  bytes[at + 14] = QUOTE;
  out.length = at + 15;
}

function writeTwo(bytes: Uint8Array, at: number, value: number): void {
  const tens = Math.floor(value / 10);
  bytes[at] = ZERO + tens;
  bytes[at + 1] = ZERO + value - tens * 10;
}

function writeDay(out: JsonBytes, day: number, last: LastDay): void {
  if (day !== last.day) {
    last.day = day;
    last.text = dayBytes(day, last.text);
  }
  const { text } = last;
  for (let index = 0; index < text.length; index += 1) out.bytes[out.length + index] = text[index]!;
  out.length += text.length;
}

/** @param reused bytes of another day, which are written over if they have room. */
function dayBytes(day: number, reused: Uint8Array): Uint8Array {
  const { year, month, dayOfMonth } = civil(day);
  if (year < 1 || year > 9999) return Buffer.from(dayText(day));
  const bytes = reused.length === DAY_LENGTH ? reused : new Uint8Array(DAY_LENGTH).fill(HYPHEN);
  const century = Math.floor(year / 100);
  writeTwo(bytes, 0, century);
  writeTwo(bytes, 2, year - century * 100);
  writeTwo(bytes, 5, month);
  writeTwo(bytes, 8, dayOfMonth);
  return bytes;
}

/** `2024-05-01`; a year before Christ without saying so, and one beyond 9999 with all of its digits. */
function dayText(day: number): string {
  const { year, month, dayOfMonth } = civil(day);
  const [m, d] = [month, dayOfMonth].map((part) => String(part).padStart(2, '0'));
  return `${String(year > 0 ? year : 1 - year).padStart(4, '0')}-${m}-${d}`;
}

interface CivilDay {
  /** 0 is the year 1 before Christ. */
  readonly year: number;
  readonly month: number;
  readonly dayOfMonth: number;
}

/** The Gregorian calendar of a day since 1970, in eras of 400 years whose years begin in March. */
export function civil(day: number): CivilDay {
  const shifted = day + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const shiftedMonth = Math.floor((5 * dayOfYear + 2) / 153);
  const dayOfMonth = dayOfYear - Math.floor((153 * shiftedMonth + 2) / 5) + 1;
  const month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9;
  return { year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfMonth };
}
