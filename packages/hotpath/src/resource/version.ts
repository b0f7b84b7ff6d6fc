/**
 * The version of a row: the declared field that changes with every write, by which `If-Match` distinguishes writes.
 *
 *     resource('Note', { version: 'edition', … })   the ETag of a note is "7-9f86d0…"
 *
 * A version is an integer as text: a number unchanged, a time as its microseconds since 1970, which is the full
 * precision of PostgreSQL. An ETag contains only this integer, so no other text of a column reaches a header.
 */
import type { DataModel, ScalarField } from '../model/data-model.ts';
import { readerOf } from './value.ts';

/** The reason why a field cannot be a version, as the end of a sentence about it; `undefined` for a field that can. */
export function versionFault({ type, list, required, native }: ScalarField): string | undefined {
  if (list) return 'which is a list';
  if (!required) return 'which can be null';
  if (type === 'Int' || type === 'BigInt') return undefined;
  if (type !== 'DateTime') return 'which is neither an integer nor a time';
  if (!MOMENTS.includes(native?.name ?? 'Timestamp')) return 'which is not a moment but a date or a time of day';
  return digitsOf(native) < MILLISECONDS ? 'whose times are coarser than milliseconds' : undefined;
}

const MOMENTS = ['Timestamp', 'Timestamptz'];
const MILLISECONDS = 3;
const MOST_DIGITS = 6;

/**
 * The digits of a second that a column keeps: those of its native type, whose default is 6 in PostgreSQL, and 3 in
 * Prisma.
 */
const digitsOf = (native: ScalarField['native']): number =>
  native ? Number(native.args[0] ?? MOST_DIGITS) : MILLISECONDS;

/** Whether a condition of Prisma compares such a version exactly: its times are JavaScript's, in milliseconds. */
export const isVersionOfPrisma = ({ type, native }: ScalarField): boolean =>
  type !== 'DateTime' || digitsOf(native) === MILLISECONDS;

/** Versions as values of a Prisma condition on the field. Versions that the field cannot have are left out. */
export function versionsFor(dataModel: DataModel, field: ScalarField, versions: readonly string[]): unknown[] {
  const reader = readerOf(field, dataModel)!;
  const read = field.type === 'DateTime' ? timeOf : (version: string) => reader.read(version);
  return versions.map(read).filter((value) => value !== undefined);
}

/** The first and the last microsecond that Prisma can write: of the years 1 and 9999. */
const [FIRST, LAST] = [-62_135_596_800_000_000n, 253_402_300_799_999_999n];

function timeOf(version: string): Date | undefined {
  const micros = BigInt(version);
  return micros % 1000n === 0n && micros >= FIRST && micros <= LAST ? new Date(Number(micros / 1000n)) : undefined;
}
