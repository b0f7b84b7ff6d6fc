/** CSV (RFC 4180): a header, lines that end with CRLF, and quotes around what needs them. A null is an empty field. */

type Row = readonly (string | null)[];

/** Chunks of text, one for each batch of rows. */
export async function* csvOf(header: Row, batches: AsyncIterable<readonly Row[]>): AsyncGenerator<string> {
  yield lineOf(header);
  for await (const rows of batches) yield rows.map(lineOf).join('');
}

const lineOf = (row: Row): string => `${row.map(fieldOf).join(',')}\r\n`;

const NUMBER = /^[+-]?[\d.]+(e[+-]?\d+)?$/i;
/** What a spreadsheet would take for a formula, and run. */
const FORMULA = /^[=+\-@\t\r]/;

function fieldOf(value: string | null): string {
  if (value === null) return '';
  const text = FORMULA.test(value) && !NUMBER.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
