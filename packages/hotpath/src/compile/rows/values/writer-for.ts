/**
 * How a field's values are written, by their type in PostgreSQL. The type is the one that the server names beside the
 * values, not the one that the schema expects: a column may have been altered since.
 */
import type { ScalarLayout } from '../layout.ts';
import { numericText, writeDecimal } from './decimal.ts';
import { writeFloat8 } from './floats.ts';
import { int32At, quoted, uint32At, writeInt2, writeInt4, writeInt8, writeOid } from './integers.ts';
import { enumWriter, writeBase64, writeBoolean, writeJson, writeJsonb, writeText, writeUuid } from './others.ts';
import { dateWriter, timeOfDayWriter, timestampWriter } from './times.ts';
import { UnreadableValue, type ValueWriter } from './value-writer.ts';

/** The identifiers of PostgreSQL's own types. */
export const OID = {
  bool: 16,
  bytea: 17,
  char: 18,
  name: 19,
  int8: 20,
  int2: 21,
  int4: 23,
  text: 25,
  oid: 26,
  json: 114,
  float8: 701,
  bpchar: 1042,
  varchar: 1043,
  date: 1082,
  time: 1083,
  timestamp: 1114,
  timestamptz: 1184,
  timetz: 1266,
  numeric: 1700,
  record: 2249,
  uuid: 2950,
  jsonb: 3802,
} as const;

/** Types with this identifier and above are made by users, among them enums and `citext`. */
export const FIRST_OF_USERS = 16_384;

type Element = Pick<ScalarLayout, 'type' | 'isFolded' | 'values'>;

/** @throws UnreadableValue for a type that the field's values have no known form of. */
export function writerFor(layout: ScalarLayout, oid: number): ValueWriter {
  if (!layout.list) return elementWriter(layout, oid);
  return layout.isWrapped ? wrapped(listWriter(layout)) : listWriter(layout);
}

function elementWriter(element: Element, oid: number): ValueWriter {
  const writer = known(element, oid);
  if (writer) return writer;
  throw new UnreadableValue(`${element.type} as type ${oid}`);
}

function known({ type, isFolded, values }: Element, oid: number): ValueWriter | undefined {
  switch (type) {
    case 'Int':
      return INTEGERS[oid];
    case 'BigInt':
      return oid === OID.numeric ? quoted(writeNumeric) : INTEGERS[oid] && quoted(INTEGERS[oid]);
    case 'Float':
      return oid === OID.float8 ? writeFloat8 : undefined;
    case 'Decimal':
      return oid === OID.numeric ? quoted(writeDecimal) : undefined;
    case 'Boolean':
      return oid === OID.bool ? writeBoolean : undefined;
    case 'DateTime':
      return TIMES[oid]?.();
    case 'Bytes':
      return oid === OID.bytea ? writeBase64 : undefined;
    case 'Json':
      return oid === OID.json ? writeJson : oid === OID.jsonb ? writeJsonb : undefined;
    case 'Enum':
      return oid === OID.text || oid >= FIRST_OF_USERS ? enumWriter(values ?? {}) : undefined;
    case 'String':
      return isFolded && oid >= FIRST_OF_USERS ? writeText : TEXTS[oid];
  }
}

const INTEGERS: Readonly<Record<number, ValueWriter>> = {
  [OID.int2]: writeInt2,
  [OID.int4]: writeInt4,
  [OID.int8]: writeInt8,
  [OID.oid]: writeOid,
};

const TIMES: Readonly<Record<number, () => ValueWriter>> = {
  [OID.timestamp]: timestampWriter,
  [OID.timestamptz]: timestampWriter,
  [OID.date]: dateWriter,
  [OID.time]: timeOfDayWriter,
  [OID.timetz]: timeOfDayWriter,
};

const TEXTS: Readonly<Record<number, ValueWriter>> = {
  [OID.text]: writeText,
  [OID.varchar]: writeText,
  [OID.bpchar]: writeText,
  [OID.name]: writeText,
  [OID.uuid]: writeUuid,
};

const writeNumeric: ValueWriter = (out, bytes, start) => out.ascii(numericText(bytes, start));

const [OPEN, CLOSE, COMMA] = [0x5b, 0x5d, 0x2c];

/** Before the length of the one field of a record come the number of fields and its type. */
const RECORD_HEADER = 8;

/** A list that is the one field of a record. */
function wrapped(write: ValueWriter): ValueWriter {
  return (out, bytes, start, end) => {
    const length = int32At(bytes, start + RECORD_HEADER);
    if (length < 0) out.ascii('[]');
    else write(out, bytes, start + RECORD_HEADER + 4, end);
  };
}

/** An array of one dimension. The type of its elements stands in it. */
function listWriter(element: Element): ValueWriter {
  let oid = 0;
  let write: ValueWriter | undefined;
  return (out, bytes, start) => {
    const dimensions = uint32At(bytes, start);
    if (dimensions > 1) throw new UnreadableValue(`An array of ${dimensions} dimensions`);
    out.byte(OPEN);
    if (dimensions === 1) {
      const elementOid = uint32At(bytes, start + 8);
      if (!write || elementOid !== oid) write = elementWriter(element, elementOid);
      oid = elementOid;
      writeElements(out, bytes, start + 12, write);
    }
    out.byte(CLOSE);
  };
}

/** @param start of the number of elements, which the number of the first one follows. */
function writeElements(out: Parameters<ValueWriter>[0], bytes: Buffer, start: number, write: ValueWriter): void {
  const count = uint32At(bytes, start);
  let at = start + 8;
  for (let index = 0; index < count; index += 1) {
    if (index > 0) out.byte(COMMA);
    const length = bytes.readInt32BE(at);
    at += 4;
    if (length < 0) {
      out.ascii('null');
      continue;
    }
    write(out, bytes, at, at + length);
    at += length;
  }
}
