/** CSV (RFC 4180): a header, and lines that end with CRLF. A null is an empty field. */
import { type CastingContext, stringify } from 'csv-stringify/sync';

type Row = readonly (string | null)[];

/** Chunks of text, one for each batch of rows. */
export async function* csvOf(header: Row, batches: AsyncIterable<readonly Row[]>): AsyncGenerator<string> {
  yield csv([header]);
  for await (const rows of batches) yield csv(rows);
}

const NUMBER = /^[+-]?[\d.]+(e[+-]?\d+)?$/i;

/** A spreadsheet would run a field that looks like a formula. A negative number is not a formula. */
const asText = (value: string, _context: CastingContext) => ({ value, escape_formulas: !NUMBER.test(value) });

const csv = (rows: readonly Row[]): string =>
  stringify(rows as Row[], { record_delimiter: 'windows', cast: { string: asText } });
