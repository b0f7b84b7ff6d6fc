/**
 * The normalised statement: a statement's text without the parts that differ between two runs. Comments are removed,
 * white space becomes one space, values and parameters become `?`, and lists of them `(?)`.
 */
import { LRUCache } from 'lru-cache';

const REMEMBERED_TEXTS = 1000;
const remembered = new LRUCache<string, string>({ max: REMEMBERED_TEXTS });

/**
 * The number of characters that are normalised. A bulk load writes its values into the statement; the ledger does not
 * keep them.
 */
const LONGEST = 20_000;

export function normalise(text: string): string {
  const start = text.length > LONGEST ? text.slice(0, LONGEST) : text;
  let normalised = remembered.get(start);
  if (normalised === undefined) {
    normalised = normaliseAnew(start);
    remembered.set(start, normalised);
  }
  return normalised;
}

/** A text that was cut may end within any of these tokens. */
const QUOTED_NAME = '"(?:[^"]|"")*(?:"|$)';
const STRING = "\\b[eE]'(?:[^'\\\\]|\\\\[\\s\\S]|'')*(?:'|$)|'(?:[^']|'')*(?:'|$)";
const DOLLAR_STRING = '(?<![\\w$])\\$((?:[A-Za-z_]\\w*)?)\\$[\\s\\S]*?(?:\\$\\2\\$|$)';
const COMMENT = '/\\*[\\s\\S]*?(?:\\*/|$)|--[^\\n]*';
const TOKEN = new RegExp(
  `(${QUOTED_NAME})|${STRING}|${DOLLAR_STRING}|${COMMENT}|\\$\\d+|(?<![\\w$])-?\\d+(?:\\.\\d+)?\\b`,
  'g',
);
const LIST = /\(\s*\?(?:::\w+)?(?:\s*,\s*\?(?:::\w+)?)*\s*\)/g;

function normaliseAnew(text: string): string {
  const unvalued = text.replace(
    TOKEN,
    (token, name?: string) => name ?? (token.startsWith('/*') || token.startsWith('--') ? ' ' : '?'),
  );
  return unvalued.replace(/\s+/g, ' ').replace(LIST, '(?)').trim();
}

const LEADING = '^(?:\\s|--[^\\n]*\\n|/\\*(?:[^*]|\\*(?!/))*\\*/)*';
const CONTROL = [
  '(?:begin|start\\s+transaction|commit|end|rollback|abort|savepoint|release|deallocate|discard|set|reset)\\b[^;]*',
  'select\\s+(?:pg_catalog\\.)?set_config\\([^();]*\\)(?:\\s+as\\s+\\S+)?\\s*',
].join('|');
const SESSION_CONTROL = new RegExp(`${LEADING}(?:${CONTROL});?\\s*$`, 'i');

/**
 * Whether a statement only frames others: `BEGIN` and `COMMIT` of a transaction, or a setting of the session, such as
 * the tenant for row-level security. Such a statement reads and writes no data, so budgets do not count it.
 */
export const isSessionControl = (text: string): boolean => text.length < LONGEST && SESSION_CONTROL.test(text);
