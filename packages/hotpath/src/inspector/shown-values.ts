/** Statements without their values, and values as people read them. */

const QUOTED_NAME = '"(?:[^"]|"")*(?:"|$)';
const LITERAL =
  "\\b[eE]'(?:[^'\\\\]|\\\\[\\s\\S]|'')*(?:'|$)|'(?:[^']|'')*(?:'|$)|(?<![\\w$])\\$((?:[A-Za-z_]\\w*)?)\\$[\\s\\S]*?(?:\\$\\2\\$|$)";
const COMMENT = '/\\*[\\s\\S]*?(?:\\*/|$)|--[^\\n]*';
const NUMBER = '(?<![\\w$.])-?\\d+(?:\\.\\d+)?\\b';
const TOKEN = new RegExp(`(${QUOTED_NAME})|${LITERAL}|${COMMENT}|${NUMBER}`, 'g');

/** A statement whose literals are `?`, and whose parameters and layout stay. Comments may hold values, too. */
export const withoutLiterals = (text: string): string =>
  text.replace(TOKEN, (token, name?: string) => name ?? (token.startsWith('--') || token.startsWith('/*') ? '' : '?'));

const LONGEST_VALUE = 500;

const bigintAsText = (_key: string, value: unknown): unknown => (typeof value === 'bigint' ? String(value) : value);

/** A value that was bound to a parameter. */
export function shownValue(value: unknown): string {
  if (value === null || value === undefined) return 'NULL';
  if (value instanceof Date) return value.toISOString();
  if (ArrayBuffer.isView(value)) return `${value.byteLength} bytes`;
  const isJson = typeof value === 'string' || typeof value === 'object';
  const text = isJson ? JSON.stringify(value, bigintAsText) : String(value);
  return text.length > LONGEST_VALUE ? `${text.slice(0, LONGEST_VALUE)}…` : text;
}
