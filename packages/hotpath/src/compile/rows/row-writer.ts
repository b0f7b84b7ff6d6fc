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
export class ColumnPlaces {
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
  write(out: JsonBytes, bytes: Buffer, places: ColumnPlaces): void;
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

  write(out: JsonBytes, bytes: Buffer, { starts, ends }: ColumnPlaces): void {
    const start = starts[this.#column]!;
    if (start < 0) out.ascii(this.#none);
    else this.#write(out, bytes, start, ends[this.#column]!);
  }
}

/** `{"name":…}` */
export class ObjectWriter implements OutputWriter {
  /** The bytes before each value. */
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

  write(out: JsonBytes, bytes: Buffer, places: ColumnPlaces): void {
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

  write(out: JsonBytes, bytes: Buffer, places: ColumnPlaces): void {
    if (this.#present !== null && places.isNull(this.#present)) out.ascii('null');
    else this.#object.write(out, bytes, places);
  }
}

/** A record of arrays. The type of its elements stands in each array. */
class ManyWriter implements OutputWriter {
  readonly #column: number;
  readonly #object: ObjectWriter;
  readonly #places: ColumnPlaces;
  readonly #types: Uint32Array;
  /** Where the next element of each array lies. */
  readonly #next: Uint32Array;

  constructor({ column, columns, row }: ManyLayout) {
    this.#column = column;
    this.#object = new ObjectWriter(row);
    this.#places = new ColumnPlaces(columns);
    this.#types = new Uint32Array(columns);
    this.#next = new Uint32Array(columns);
  }

  setType(column: number, oid: number): void {
    if (column === this.#column && oid !== OID.record) throw new UnreadableValue(`A list of rows as type ${oid}`);
  }

  write(out: JsonBytes, bytes: Buffer, { starts }: ColumnPlaces): void {
    const count = this.#openArrays(bytes, starts[this.#column]!);
    const columns = this.#next.length;
    out.byte(OPEN);
    for (let index = 0; index < count; index += 1) {
      if (index > 0) out.byte(COMMA);
      for (let column = 0; column < columns; column += 1)
        this.#next[column] = this.#places.note(column, bytes, this.#next[column]!);
      this.#object.write(out, bytes, this.#places);
    }
    out.byte(CLOSE);
  }

  /** @param start of the record. @returns how many elements each array has. */
  #openArrays(bytes: Buffer, start: number): number {
    const columns = int32At(bytes, start);
    if (columns !== this.#next.length) throw new UnreadableValue(`A record of ${columns} columns`);
    let count = 0;
    let at = start + 4;
    for (let column = 0; column < columns; column += 1) {
      const length = int32At(bytes, at + 4);
      at += 8;
      if (length < 0) continue;
      count = int32At(bytes, at + ARRAY_COUNT);
      this.#setElementType(column, uint32At(bytes, at + ARRAY_TYPE));
      this.#next[column] = at + ARRAY_ELEMENTS;
      at += length;
    }
    return count;
  }

  #setElementType(column: number, oid: number): void {
    if (oid === this.#types[column]) return;
    this.#object.setType(column, oid);
    this.#types[column] = oid;
  }
}

/** Where an array of one dimension has the type of its elements, their number, and the elements. */
const [ARRAY_TYPE, ARRAY_COUNT, ARRAY_ELEMENTS] = [8, 12, 20];
