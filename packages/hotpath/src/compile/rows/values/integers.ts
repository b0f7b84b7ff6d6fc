/** Whole numbers in PostgreSQL's binary format. */
import type { JsonBytes } from '../json-bytes.ts';
import type { ValueWriter } from './value-writer.ts';

const MINUS = 0x2d;
const QUOTE = 0x22;
const TWO_TO_32 = 4_294_967_296;
/** The upper halves of what a double holds exactly. */
const SAFE_HIGH = 0x20_0000;

export const int32At = (bytes: Uint8Array, at: number): number =>
  (bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!;

export const uint32At = (bytes: Uint8Array, at: number): number => int32At(bytes, at) >>> 0;

export const int16At = (bytes: Uint8Array, at: number): number => ((bytes[at]! << 24) >> 16) | bytes[at + 1]!;

/** Eight bytes, whatever their value. */
export const int64At = (bytes: Uint8Array, at: number): bigint =>
  (BigInt(int32At(bytes, at)) << 32n) | BigInt(uint32At(bytes, at + 4));

const isSafeInt64 = (bytes: Uint8Array, at: number): boolean => {
  const high = int32At(bytes, at);
  return high < SAFE_HIGH && high >= -SAFE_HIGH;
};

/** Eight bytes that `isSafeInt64`. */
export const safeInt64At = (bytes: Uint8Array, at: number): number =>
  int32At(bytes, at) * TWO_TO_32 + uint32At(bytes, at + 4);

function writeSigned(out: JsonBytes, value: number): void {
  if (value < 0) out.byte(MINUS);
  out.digits(Math.abs(value));
}

export const writeInt2: ValueWriter = (out, bytes, start) => writeSigned(out, int16At(bytes, start));
export const writeInt4: ValueWriter = (out, bytes, start) => writeSigned(out, int32At(bytes, start));
export const writeOid: ValueWriter = (out, bytes, start) => out.digits(uint32At(bytes, start));

export const writeInt8: ValueWriter = (out, bytes, start) => {
  if (isSafeInt64(bytes, start)) writeSigned(out, safeInt64At(bytes, start));
  else out.ascii(String(int64At(bytes, start)));
};

/** As a string, as Prisma's BigInt is written. */
export const quoted =
  (write: ValueWriter): ValueWriter =>
  (out, bytes, start, end) => {
    out.byte(QUOTE);
    write(out, bytes, start, end);
    out.byte(QUOTE);
  };
