/**
 * From the rows of a statement to its answer. A `RowsForm` is made once for a layout and the types of its columns; a
 * `RowsReader` takes the rows of one execution, writes each as JSON where it lies, and keeps nothing else of it.
 */
import type { ReadRow } from '../compile.ts';
import { JsonBytes } from './json-bytes.ts';
import type { LeadColumn, RowsLayout } from './layout.ts';
import { ColumnPlaces, ObjectWriter, type OutputWriter, outputWriter } from './row-writer.ts';
import { exactText } from './values/exact-text.ts';

const [OPEN, CLOSE, COMMA] = [0x5b, 0x5d, 0x2c];

/** How the rows of a statement are written. */
export class RowsForm {
  readonly layout: RowsLayout;
  readonly object: ObjectWriter;
  readonly keys: readonly OutputWriter[];
  readonly places: ColumnPlaces;
  readonly #types: readonly number[];

  /** @param types of the columns: their identifiers in PostgreSQL. @throws UnreadableValue */
  constructor(layout: RowsLayout, types: readonly number[]) {
    this.layout = layout;
    this.object = new ObjectWriter(layout.row);
    this.keys = layout.keys.map(outputWriter);
    this.places = new ColumnPlaces(layout.columns);
    this.#types = types;
    for (const [column, oid] of types.entries()) {
      this.object.setType(column, oid);
      for (const key of this.keys) key.setType(column, oid);
    }
  }

  /** The value of a column in the row whose places were noted last. */
  textOf(column: number, bytes: Buffer): string | null {
    const { starts, ends } = this.places;
    return starts[column]! < 0 ? null : exactText(this.#types[column]!, bytes, [starts[column]!, ends[column]!]);
  }
}

/** The rows of one execution. */
export class RowsReader {
  readonly #form: RowsForm;
  readonly #out: JsonBytes;
  readonly #lead: Partial<Record<LeadColumn, string | null>> = {};
  #rows = 0;
  #next: string | null = null;
  #version: string | null = null;
  #keys: JsonBytes | undefined;

  /** @param out empty. */
  constructor(form: RowsForm, out: JsonBytes) {
    this.#form = form;
    this.#out = out;
    if (form.layout.kind === 'many') out.byte(OPEN);
  }

  /** @param start of the row in `bytes`. @throws UnreadableValue */
  take(bytes: Buffer, start: number): void {
    const { places, layout } = this.#form;
    places.noteRow(bytes, start);
    if (layout.lead.length > 0 && !places.isNull(0)) this.#takeLead(bytes);
    else this.#takeRow(bytes);
  }

  #takeRow(bytes: Buffer): void {
    const { places, layout, object } = this.#form;
    this.#rows += 1;
    if (layout.shown !== null && this.#rows > layout.shown) return;
    if (this.#rows > 1) this.#out.byte(COMMA);
    object.write(this.#out, bytes, places);
    if (layout.keys.length > 0) this.#takeKeys(bytes);
    if (this.#rows === layout.shown && layout.next.length > 0) this.#next = this.#nextIn(bytes);
    if (layout.version) this.#version = this.#form.textOf(layout.version.column, bytes);
  }

  #takeLead(bytes: Buffer): void {
    for (const [column, name] of this.#form.layout.lead.entries()) this.#lead[name] = this.#form.textOf(column, bytes);
  }

  #takeKeys(bytes: Buffer): void {
    const { keys, places } = this.#form;
    this.#keys ??= new JsonBytes();
    this.#keys.byte(this.#rows === 1 ? OPEN : COMMA);
    for (const [index, key] of keys.entries()) {
      this.#keys.byte(index === 0 ? OPEN : COMMA);
      key.write(this.#keys, bytes, places);
    }
    this.#keys.byte(CLOSE);
  }

  #nextIn(bytes: Buffer): string {
    const values = this.#form.layout.next.map(({ column }) => JSON.stringify(this.#form.textOf(column, bytes)));
    return `[${values.join(', ')}]`;
  }

  /** After the last row. */
  finish(): ReadRow {
    const { kind, shown, next, keys, version } = this.#form.layout;
    if (kind === 'many') this.#out.byte(CLOSE);
    const json = kind === 'one' && this.#rows === 0 ? null : this.#out.toText();
    const isMore = shown !== null && this.#rows > shown;
    return {
      json,
      ...this.#lead,
      ...(version && { version: this.#version }),
      ...(next.length > 0 && { next: isMore ? this.#next : null }),
      ...(keys.length > 0 && { keys: this.#keys ? `${this.#keys.toText()}]` : null }),
    } as ReadRow;
  }
}
