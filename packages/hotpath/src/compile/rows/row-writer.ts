/**
 * Writes rows as JSON objects: a writer for each value, chosen once for a layout and the types of its columns.
 *
 * A row is a list of lengths and bytes. So first the places of its columns are noted, then the outputs are written in
 * the order of the JSON. A writer keeps those places: one row is written at a time.
 */
import type { JsonBytes } from './json-bytes.ts';
import type { FieldLayout, ManyLayout, OneLayout, OutputLayout, RowLayout } from './layout.ts';
import { int16At, int32At, uint32At } from './values/integers.ts';
import { writeJson } from './values/others.ts';
import { UnreadableValue, type ValueWriter } from './values/value-writer.ts';
import { OID, writerFor } from './values/writer-for.ts';

const [OPEN, CLOSE, BRACE, COMMA] = [0x5b, 0x5d, 0x7d, 0x2c];

/** Where the values of one row lie. */
export class Places {
  readonly starts: Int32Array;
  readonly ends: Int32Array;

  constructor(columns: number) {
    this.starts = new Int32Array(columns);
    this.ends = new Int32Array(columns);
  }

  isNull(column: number): boolean {
    return this.starts[column]! < 0;
  }

  /** @param at the length of a value, which its bytes follow. @returns the end of these. */
  note(column: number, bytes: Uint8Array, at: number): number {
    const length = int32At(bytes, at);
    if (length < 0) {
      this.starts[column] = -1;
      return at + 4;
    }
    const start = at + 4;
    this.starts[column] = start;
    this.ends[column] = start + length;
    return start + length;
  }

  /** A whole row of a result. */
  noteRow(bytes: Uint8Array, start: number): void {
    const columns = int16At(bytes, start);
    if (columns !== this.starts.length) throw new UnreadableValue(`A row of ${columns} columns`);
    let at = start + 2;
    for (let column = 0; column < columns; column += 1) at = this.note(column, bytes, at);
  }
}

/** Writes one value of a row, or what stands for none. */
export interface OutputWriter {
  write(out: JsonBytes, bytes: Buffer, places: Places): void;
  /** Tells the type of a column. @throws UnreadableValue */
  setType(column: number, oid: number): void;
}

export function outputWriter(layout: OutputLayout): OutputWriter {
  switch (layout.kind) {
    case 'scalar':
    case 'json':
      return new FieldWriter(layout);
    case 'one':
      return new OneWriter(layout);
    case 'many':
      return new ManyWriter(layout);
  }
}

class FieldWriter implements OutputWriter {
  readonly #layout: FieldLayout;
  readonly #column: number;
  readonly #none: string;
  #write: ValueWriter = writeJson;

  constructor(layout: FieldLayout) {
    this.#layout = layout;
    this.#column = layout.column;
    this.#none = layout.kind === 'scalar' && layout.list ? '[]' : 'null';
  }

  setType(column: number, oid: number): void {
    if (column !== this.#column) return;
    if (this.#layout.kind === 'scalar') this.#write = writerFor(this.#layout, oid);
    else if (oid !== OID.json) throw new UnreadableValue(`JSON as type ${oid}`);
  }

  write(out: JsonBytes, bytes: Buffer, { starts, ends }: Places): void {
    const start = starts[this.#column]!;
    if (start < 0) out.ascii(this.#none);
    else this.#write(out, bytes, start, ends[this.#column]!);
  }
}

/** `{"name":…}` */
export class ObjectWriter implements OutputWriter {
  /** What stands before each value. */
  readonly #heads: Buffer[] = [];
  readonly #values: OutputWriter[] = [];

  constructor({ outputs }: RowLayout) {
    for (const [index, { key, value }] of outputs.entries()) {
      this.#heads.push(Buffer.from(`${index === 0 ? '{' : ','}${JSON.stringify(key)}:`));
      this.#values.push(outputWriter(value));
    }
  }

  setType(column: number, oid: number): void {
    for (const value of this.#values) value.setType(column, oid);
  }

  write(out: JsonBytes, bytes: Buffer, places: Places): void {
    const heads = this.#heads;
    const values = this.#values;
    for (let index = 0; index < values.length; index += 1) {
      const head = heads[index]!;
      out.raw(head, 0, head.length);
      values[index]!.write(out, bytes, places);
    }
    out.byte(BRACE);
  }
}

class OneWriter implements OutputWriter {
  readonly #present: number | null;
  readonly #object: ObjectWriter;

  constructor({ present, row }: OneLayout) {
    this.#present = present;
    this.#object = new ObjectWriter(row);
  }

  setType(column: number, oid: number): void {
    this.#object.setType(column, oid);
  }

  write(out: JsonBytes, bytes: Buffer, places: Places): void {
    if (this.#present !== null && places.isNull(this.#present)) out.ascii('null');
    else this.#object.write(out, bytes, places);
  }
}

/** An array of records. The types of their columns stand in each of them. */
class ManyWriter implements OutputWriter {
  readonly #column: number;
  readonly #object: ObjectWriter;
  readonly #places: Places;
  readonly #types: Uint32Array;

  constructor({ column, columns, row }: ManyLayout) {
    this.#column = column;
    this.#object = new ObjectWriter(row);
    this.#places = new Places(columns);
    this.#types = new Uint32Array(columns);
  }

  setType(column: number, oid: number): void {
    if (column === this.#column && oid !== OID.recordArray) throw new UnreadableValue(`Records as type ${oid}`);
  }

  write(out: JsonBytes, bytes: Buffer, { starts }: Places): void {
    const start = starts[this.#column]!;
    out.byte(OPEN);
    if (start >= 0 && int32At(bytes, start) > 0) this.#writeRecords(out, bytes, start + 12);
    out.byte(CLOSE);
  }

  #writeRecords(out: JsonBytes, bytes: Buffer, start: number): void {
    const count = int32At(bytes, start);
    let at = start + 8;
    for (let index = 0; index < count; index += 1) {
      if (index > 0) out.byte(COMMA);
      at = this.#noteRecord(bytes, at + 4);
      this.#object.write(out, bytes, this.#places);
    }
  }

  #noteRecord(bytes: Buffer, start: number): number {
    const types = this.#types;
    const columns = int32At(bytes, start);
    if (columns !== types.length) throw new UnreadableValue(`A record of ${columns} columns`);
    let at = start + 4;
    for (let column = 0; column < columns; column += 1) {
      const oid = uint32At(bytes, at);
      if (oid !== types[column]) {
        this.#object.setType(column, oid);
        types[column] = oid;
      }
      at = this.#places.note(column, bytes, at + 4);
    }
    return at;
  }
}
