/** A statement whose rows come in PostgreSQL's binary format. */
import { LRUCache } from 'lru-cache';
import type { QueryConnection } from '../session/pg-internals.ts';
import { type RowReceiver, rowSourceOf } from '../session/raw-rows.ts';
import type { Statement } from './compile.ts';
import { type ColumnDescription, CompiledQuery, type ReadFinish } from './read-query.ts';
import { JsonBytes } from './rows/json-bytes.ts';
import type { RowsLayout } from './rows/layout.ts';
import { RowsForm, RowsReader } from './rows/rows-reader.ts';

const REMEMBERED_STATEMENTS = 2000;
const MOST_SPARE = 32;
const LARGEST_SPARE = 1_048_576;

/** The forms of the rows of a pool's statements: of each layout one for the types that its columns have. */
export class RowsForms {
  readonly #byLayout = new WeakMap<RowsLayout, Map<string, RowsForm>>();
  readonly #byConnection = new WeakMap<object, ConnectionForms>();
  /** Buffers that no answer is being written to. */
  readonly #spare: JsonBytes[] = [];

  /** @param isDirect whether the connection leads to PostgreSQL itself, and so always to the same session. */
  of(connection: object, isDirect: boolean): ConnectionForms {
    let forms = this.#byConnection.get(connection);
    if (!forms) {
      forms = new ConnectionForms(this, isDirect);
      this.#byConnection.set(connection, forms);
    }
    return forms;
  }

  /** @throws UnreadableValue */
  formOf(layout: RowsLayout, types: readonly number[]): RowsForm {
    const forms = this.#byLayout.get(layout) ?? new Map<string, RowsForm>();
    this.#byLayout.set(layout, forms);
    const key = types.join();
    const form = forms.get(key) ?? new RowsForm(layout, types);
    forms.set(key, form);
    return form;
  }

  takeBuffer(): JsonBytes {
    return this.#spare.pop() ?? new JsonBytes();
  }

  giveBuffer(out: JsonBytes): void {
    if (this.#spare.length >= MOST_SPARE || out.bytes.length > LARGEST_SPARE) return;
    out.length = 0;
    this.#spare.push(out);
  }
}

/**
 * The forms of the statements that one connection has prepared. The types of a statement's columns cannot change there: PostgreSQL refuses
 * to run it, `cached plan must not change result type`. Another connection may have prepared it with others. Behind a
 * pooler a connection is one of several, so there each query asks for the types.
 *
 * Statements of two layouts may have the same text, and so the same name: a list whose keys are among its columns anyway, with keys and
 * without. So the types belong to the name, and the form to the layout.
 */
class ConnectionForms {
  readonly all: RowsForms;
  readonly #isDirect: boolean;
  readonly #byName = new LRUCache<string, KnownForm>({ max: REMEMBERED_STATEMENTS });

  constructor(all: RowsForms, isDirect: boolean) {
    this.all = all;
    this.#isDirect = isDirect;
  }

  /** @throws UnreadableValue */
  get(name: string, layout: RowsLayout): RowsForm | undefined {
    const known = this.#byName.get(name);
    if (!known) return undefined;
    if (known.form.layout !== layout) known.form = this.all.formOf(layout, known.types);
    return known.form;
  }

  set(name: string, types: readonly number[], form: RowsForm): void {
    if (this.#isDirect && name !== '') this.#byName.set(name, { types, form });
  }
}

interface KnownForm {
  readonly types: readonly number[];
  /** Of the layout of the last query. */
  form: RowsForm;
}

export class RowsQuery extends CompiledQuery implements RowReceiver {
  readonly #layout: RowsLayout;
  readonly #forms: ConnectionForms;
  readonly #out: JsonBytes;
  #reader: RowsReader | undefined;
  #failure: Error | undefined;
  #hasEnded = false;

  constructor(statement: Statement & { readonly rows: RowsLayout }, forms: ConnectionForms, finish: ReadFinish) {
    super(statement, finish);
    this.#layout = statement.rows;
    this.#forms = forms;
    this.#out = forms.all.takeBuffer();
  }

  override expectAnswer(connection: QueryConnection): void {
    if (!this.#hasEnded) rowSourceOf(connection)!.receiver = this;
  }

  protected override isDescribed(_connection: QueryConnection, isPrepared: boolean): boolean {
    const form = isPrepared ? this.#attempt(() => this.#forms.get(this.name, this.#layout)) : undefined;
    if (form) this.#reader = new RowsReader(form, this.#out);
    return !form;
  }

  override handleRowDescription({ fields }: { readonly fields: readonly ColumnDescription[] }): void {
    this.#attempt(() => {
      const types = fields.map(({ dataTypeID }) => dataTypeID);
      const form = this.#forms.all.formOf(this.#layout, types);
      this.#forms.set(this.name, types, form);
      this.#reader = new RowsReader(form, this.#out);
    });
  }

  takeRow(bytes: Buffer, start: number): void {
    if (this.#failure) return;
    try {
      this.#reader!.take(bytes, start);
    } catch (error) {
      this.#failure = error as Error;
    }
  }

  /** A row that came after the query had ended, by a timeout. */
  handleDataRow(): void {}

  override handleReadyForQuery(connection: QueryConnection): void {
    if (this.#hasEnded) return;
    const row = this.#attempt(() => this.#reader!.finish());
    this.#end(connection);
    if (row) this.finish(null, row);
    else this.finish(this.#failure!);
  }

  override handleError(error: Error, connection: QueryConnection): void {
    if (!this.#hasEnded) this.#end(connection);
    super.handleError(error, connection);
  }

  /** An error inside the parser of messages would leave the connection without an answer. */
  #attempt<Result>(work: () => Result): Result | undefined {
    if (this.#failure) return undefined;
    try {
      return work();
    } catch (error) {
      this.#failure = error as Error;
      return undefined;
    }
  }

  #end(connection: QueryConnection): void {
    this.#hasEnded = true;
    const source = rowSourceOf(connection);
    if (source?.receiver === this) source.receiver = undefined;
    this.#forms.all.giveBuffer(this.#out);
  }
}
