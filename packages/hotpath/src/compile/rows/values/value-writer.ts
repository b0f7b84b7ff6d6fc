import type { JsonBytes } from '../json-bytes.ts';

/** Writes a value that is not null, which lies in `bytes` in PostgreSQL's binary format, as JSON. */
export type ValueWriter = (out: JsonBytes, bytes: Buffer, start: number, end: number) => void;

/** A value is of a type whose binary format is not known for its field. The read can be sent again as JSON. */
export class UnreadableValue extends Error {
  override readonly name = 'UnreadableValue';
}
