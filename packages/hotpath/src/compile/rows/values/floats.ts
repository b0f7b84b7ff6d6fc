/** `float8` in PostgreSQL's binary format. */
import type { ValueWriter } from './value-writer.ts';

/** An infinity and NaN are null, and -0 is 0, as in `JSON.stringify`. */
export const writeFloat8: ValueWriter = (out, bytes, start) => {
  const value = bytes.readDoubleBE(start);
  if (!Number.isFinite(value)) return out.ascii('null');
  if (Number.isInteger(value) && value >= 0 && value < 1e15) return out.digits(value);
  out.ascii(float8Text(value));
};

/** A finite double in the digits of PostgreSQL, which writes an exponent of two digits from 1e15 up and below 1e-4. */
export function float8Text(value: number): string {
  const size = Math.abs(value);
  if (size === 0) return '0';
  if (size >= 1e-4 && size < 1e15) return String(value);
  const [digits, exponent] = value.toExponential().split('e') as [string, string];
  return `${digits}e${exponent[0]}${exponent.slice(1).padStart(2, '0')}`;
}
