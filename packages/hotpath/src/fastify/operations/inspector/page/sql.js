// SQL as people read it: clauses on lines of their own, indented by their brackets, with keywords marked.
import { h } from './dom.js';

const TOKEN = /"(?:[^"]|"")*"|'(?:[^']|'')*'|\$\d+|[A-Za-z_][\w$]*|\d+(?:\.\d+)?|\s+|./gs;
const CLAUSE =
  /^(select|from|where|group|order|having|limit|offset|union|values|set|returning|left|inner|cross|insert|update|delete|with)$/i;
const KEYWORD =
  /^(select|from|where|and|or|not|in|is|null|as|on|join|left|right|inner|outer|cross|lateral|group|order|by|having|limit|offset|union|all|distinct|case|when|then|else|end|exists|insert|into|values|update|set|delete|returning|with|asc|desc|true|false|any|between|like|ilike|cast|over|partition|array|row|using|filter|materialized)$/i;
const INDENT = '  ';

/** @returns {string} the text, laid out */
export function layOut(text) {
  let depth = 0;
  let out = '';
  let isFirst = true;
  for (const token of text.trim().match(TOKEN) ?? []) {
    if (/^\s+$/.test(token)) {
      if (!out.endsWith(' ') && !out.endsWith('\n')) out += ' ';
      continue;
    }
    if (token === ')') depth = Math.max(0, depth - 1);
    const previous = /([A-Za-z]+)\s*$/.exec(out)?.[1] ?? '';
    const goesOn =
      /^(left|inner|cross|delete|insert|distinct|is|group|order|within)$/i.test(previous) && !/^select$/i.test(token);
    if (!isFirst && CLAUSE.test(token) && !goesOn) out = `${out.trimEnd()}\n${INDENT.repeat(depth)}`;
    out += token;
    if (token === '(') depth += 1;
    isFirst = false;
  }
  return out;
}

/** A statement in a `pre`, its keywords and literals marked. */
export function sqlBlock(text) {
  const parts = (layOut(text).match(TOKEN) ?? []).map((token) => {
    if (KEYWORD.test(token)) return h('span.keyword', {}, token);
    if (/^['$\d?]/.test(token)) return h('span.literal', {}, token);
    return token;
  });
  return h('pre', {}, h('code', {}, ...parts));
}
