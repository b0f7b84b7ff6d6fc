/** The wire format of Protocol Buffers, as far as it takes to read a message whose field numbers are known. */

export type Fields = ReadonlyMap<number, readonly (Buffer | bigint)[]>;

const VARINT = 0n;
const FIXED_64 = 1n;
const FIXED_32 = 5n;

/** The fields of a message by number: numbers of variable length as they are, all others as bytes. */
export function fieldsOf(message: Buffer): Fields {
  const fields = new Map<number, (Buffer | bigint)[]>();
  let at = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = BigInt(message[at++]!);
      value |= (byte & 127n) << shift;
      if (byte < 128n) return value;
    }
  };
  const bytes = (length: number): Buffer => {
    at += length;
    return message.subarray(at - length, at);
  };
  while (at < message.length) {
    const key = varint();
    const type = key & 7n;
    const value = type === VARINT ? varint() : bytes(type === FIXED_64 ? 8 : type === FIXED_32 ? 4 : Number(varint()));
    const number = Number(key >> 3n);
    fields.set(number, [...(fields.get(number) ?? []), value]);
  }
  return fields;
}

export const bytesIn = (fields: Fields, number: number): Buffer[] => [...(fields.get(number) ?? [])] as Buffer[];
export const textIn = (fields: Fields, number: number): string => String(bytesIn(fields, number)[0] ?? '');
export const numberIn = (fields: Fields, number: number): number => Number(fields.get(number)?.[0] ?? 0);
export const fixed64In = (fields: Fields, number: number): bigint => bytesIn(fields, number)[0]!.readBigUInt64LE();
