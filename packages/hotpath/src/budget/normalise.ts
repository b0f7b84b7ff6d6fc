/**
 * The normalised statement: a statement's text without what differs between two runs of the same one. Comments go,
 * white space is one space, values and parameters become `?`, and lists of them `(?)`.
 */
import { LRUCache } from 'lru-cache';

const REMEMBERED_TEXTS = 1000;
const remembered = new LRUCache<string, string>({ max: REMEMBERED_TEXTS });

export function normalise(text: string): string {
  let normalised = remembered.get(text);
  if (normalised === undefined) {
    normalised = normaliseAnew(text);
    remembered.set(text, normalised);
  }
  return normalised;
}

const QUOTED_NAME = '"(?:[^"]|"")*"';
const STRING = "'(?:[^']|'')*'";
const COMMENT = '/\\*[\\s\\S]*?\\*/|--[^\\n]*';
const TOKEN = new RegExp(`(${QUOTED_NAME})|${STRING}|${COMMENT}|\\$\\d+|(?<![\\w$])-?\\d+(?:\\.\\d+)?\\b`, 'g');
const LIST = /\(\s*\?(?:::\w+)?(?:\s*,\s*\?(?:::\w+)?)*\s*\)/g;

function normaliseAnew(text: string): string {
  const unvalued = text.replace(
    TOKEN,
    (token, name?: string) => name ?? (token.startsWith('/*') || token.startsWith('--') ? ' ' : '?'),
  );
  return unvalued.replace(/\s+/g, ' ').replace(LIST, '(?)').trim();
}

const TRANSACTION_CONTROL = /^\s*(?:begin|commit|rollback|savepoint|release|start transaction|deallocate)\b/i;

/** A transaction's own `BEGIN` and `COMMIT` read and write no data; budgets are about those that do. */
export const isTransactionControl = (text: string): boolean => TRANSACTION_CONTROL.test(text);
