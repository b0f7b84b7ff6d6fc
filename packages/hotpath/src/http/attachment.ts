/** `Content-Disposition` of a downloaded file (RFC 6266): its name may have any characters, also those of a column. */

const LONGEST_NAME = 150;
const NOT_OF_A_NAME = /[\p{Cc}/\\]/gu;
const NOT_PLAIN = /[^\x20-\x7e]|["%]/gu;

/** `attachment; filename="report.csv"`; a name with other characters than ASCII comes in UTF-8, too (RFC 8187). */
export function attachment(fileName: string): string {
  const name = [...fileName.toWellFormed().replace(NOT_OF_A_NAME, '_')].slice(0, LONGEST_NAME).join('');
  const plain = name.replace(NOT_PLAIN, '_');
  return plain === name
    ? `attachment; filename="${plain}"`
    : `attachment; filename="${plain}"; filename*=UTF-8''${encoded(name)}`;
}

const encoded = (name: string): string =>
  encodeURIComponent(name).replace(/['()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
