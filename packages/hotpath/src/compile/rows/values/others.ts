/** Values in PostgreSQL's binary format that are neither numbers nor times. */
import type { JsonBytes } from '../json-bytes.ts';
import { UnreadableValue, type ValueWriter } from './value-writer.ts';

const QUOTE = 0x22;
const HYPHEN = 0x2d;

export const writeText: ValueWriter = (out, bytes, start, end) => out.text(bytes, start, end);

export const writeBoolean: ValueWriter = (out, bytes, start) => out.ascii(bytes[start] === 1 ? 'true' : 'false');

export const writeJson: ValueWriter = (out, bytes, start, end) => out.raw(bytes, start, end);

/** The text follows the number of its format, of which there is one. */
export const writeJsonb: ValueWriter = (out, bytes, start, end) => {
  if (bytes[start] !== 1) throw new UnreadableValue(`jsonb in the format ${bytes[start]}`);
  out.raw(bytes, start + 1, end);
};

export const writeBase64: ValueWriter = (out, bytes, start, end) => {
  out.byte(QUOTE);
  out.ascii(bytes.toString('base64', start, end));
  out.byte(QUOTE);
};

const HEX = Buffer.from('0123456789abcdef');
/** Bytes of a UUID that a hyphen stands before. */
const GROUPS = new Set([4, 6, 8, 10]);

export const writeUuid: ValueWriter = (out, bytes, start) => {
  out.reserve(38);
  out.bytes[out.length++] = QUOTE;
  for (let index = 0; index < 16; index += 1) {
    if (GROUPS.has(index)) out.bytes[out.length++] = HYPHEN;
    const byte = bytes[start + index]!;
    out.bytes[out.length++] = HEX[byte >> 4]!;
    out.bytes[out.length++] = HEX[byte & 15]!;
  }
  out.bytes[out.length++] = QUOTE;
};

/** @param values Prisma's name of each value, and the database's. Other values keep the database's name. */
export function enumWriter(values: Readonly<Record<string, string>>): ValueWriter {
  const renamed = Object.entries(values)
    .filter(([prisma, database]) => prisma !== database)
    .map(([prisma, database]) => ({ stored: Buffer.from(database), json: Buffer.from(JSON.stringify(prisma)) }));
  if (renamed.length === 0) return writeText;
  return (out: JsonBytes, bytes, start, end) => {
    for (const { stored, json } of renamed) {
      if (stored.length !== end - start || stored.compare(bytes, start, end) !== 0) continue;
      return out.raw(json, 0, json.length);
    }
    out.text(bytes, start, end);
  };
}
