/** A value as text from which PostgreSQL reads the same value, to its last digit; in most types as PostgreSQL writes it. */
import { JsonBytes } from '../json-bytes.ts';
import { numericText } from './decimal.ts';
import { float8Text } from './floats.ts';
import { int16At, int32At, int64At, uint32At } from './integers.ts';
import { writeUuid } from './others.ts';
import { civil, isInfinite } from './times.ts';
import { withoutTrailing } from './trailing.ts';
import { UnreadableValue } from './value-writer.ts';
import { FIRST_OF_USERS, OID } from './writer-for.ts';

type Reader = (bytes: Buffer, start: number, end: number) => string;

/** @param oid of the value's type. @throws UnreadableValue */
export function exactText(oid: number, bytes: Buffer, [start, end]: readonly [start: number, end: number]): string {
  const read = READERS[oid] ?? (oid >= FIRST_OF_USERS ? textAt : undefined);
  if (!read) throw new UnreadableValue(`Text of type ${oid}`);
  return read(bytes, start, end);
}

const textAt: Reader = (bytes, start, end) => bytes.toString('utf8', start, end);

const READERS: Readonly<Record<number, Reader>> = {
  [OID.bool]: (bytes, start) => String(bytes[start] === 1),
  [OID.int2]: (bytes, start) => String(int16At(bytes, start)),
  [OID.int4]: (bytes, start) => String(int32At(bytes, start)),
  [OID.int8]: (bytes, start) => String(int64At(bytes, start)),
  [OID.oid]: (bytes, start) => String(uint32At(bytes, start)),
  [OID.numeric]: numericText,
  [OID.float8]: (bytes, start) => floatText(bytes.readDoubleBE(start)),
  [OID.text]: textAt,
  [OID.varchar]: textAt,
  // A cast to text takes the padding away, too.
  [OID.bpchar]: (bytes, start, end) => withoutTrailing(textAt(bytes, start, end), ' '),
  [OID.name]: textAt,
  [OID.uuid]: (bytes, start, end) => {
    const out = new JsonBytes();
    writeUuid(out, bytes, start, end);
    return out.toText().slice(1, -1);
  },
  [OID.date]: (bytes, start) => dayAsText(int32At(bytes, start)),
  [OID.timestamp]: (bytes, start) => timestampText(bytes, start, ''),
  [OID.timestamptz]: (bytes, start) => timestampText(bytes, start, '+00'),
};

const floatText = (value: number): string => (Number.isFinite(value) ? float8Text(value) : String(value));

const EPOCH_DAYS = 10_957;
const [MOST_DAY, LEAST_DAY] = [0x7fff_ffff, -0x8000_0000];
const DAY_MICROSECONDS = 86_400_000_000n;

function dayAsText(day: number): string {
  if (day === MOST_DAY) return 'infinity';
  if (day === LEAST_DAY) return '-infinity';
  const { date, era } = dayParts(day);
  return `${date}${era}`;
}

function dayParts(day: number): { readonly date: string; readonly era: '' | ' BC' } {
  const { year, month, dayOfMonth } = civil(day + EPOCH_DAYS);
  const [m, d] = [month, dayOfMonth].map((part) => String(part).padStart(2, '0'));
  return { date: `${String(year > 0 ? year : 1 - year).padStart(4, '0')}-${m}-${d}`, era: year > 0 ? '' : ' BC' };
}

function timestampText(bytes: Buffer, start: number, zone: string): string {
  if (isInfinite(bytes, start)) return int32At(bytes, start) < 0 ? '-infinity' : 'infinity';
  const microseconds = int64At(bytes, start);
  const ofDay = ((microseconds % DAY_MICROSECONDS) + DAY_MICROSECONDS) % DAY_MICROSECONDS;
  const { date, era } = dayParts(Number((microseconds - ofDay) / DAY_MICROSECONDS));
  const seconds = Number(ofDay / 1_000_000n);
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const time = [h, m, s].map((part) => String(part).padStart(2, '0')).join(':');
  const fraction = withoutTrailing(String(ofDay % 1_000_000n).padStart(6, '0'), '0');
  return `${date} ${time}${fraction === '' ? '' : `.${fraction}`}${zone}${era}`;
}
