/**
 * Docstrings as plain Markdown: their text without asterisks and tags, their first sentence, and the default that they
 * state.
 */

/** A line of an example. */
const CODE = /^\s*\* {5}/;

/** The text before the first tag, in one line, without examples. @param comment as written, with its asterisks. */
export function commentText(comment = ''): string {
  const lines = comment
    .replace(/^\/\*\*/, '')
    .replace(/\*\/\s*$/, '')
    .split('\n')
    .filter((line) => !CODE.test(line))
    .map((line) => line.replace(/^\s*\* ?/, '').trim());
  const tag = lines.findIndex((line) => /^@\w/.test(line));
  return lines
    .slice(0, tag === -1 ? lines.length : tag)
    .join(' ')
    .replace(/\s+/g, ' ')
    .trim();
}

/** Up to the first full stop that ends a sentence, or the colon before an example. */
export function firstSentence(text: string): string {
  const [sentence = ''] = /^.*?(?:\.(?= [A-Z`]| *$)|:(?= *$))|^.*/.exec(text) ?? [];
  return sentence.replace(/:$/, '.');
}

export interface Described {
  readonly meaning: string;
  /** The default of an option; empty if the docstring states none. */
  readonly fallback: string;
}

const TAG = /^\s*\*? ?@defaultValue (.+?)(?:\s*\*\/)?$/m;
const CLAUSE = /(?:^|[;.] )(?<fallback>[^;.]+?),? (?:without it|by default)(?=[;.,]|$)/;

/**
 * Splits "The number of rows; 20 without it." into the meaning of an option and its default. The tag `@defaultValue`
 * takes precedence.
 */
export function describeComment(comment: string | undefined): Described {
  const text = commentText(comment);
  const tagged = TAG.exec(comment ?? '')?.[1];
  if (tagged !== undefined) return { meaning: text, fallback: tagged.trim() };
  const found = CLAUSE.exec(text);
  if (!found) return { meaning: text, fallback: '' };
  const meaning = text.replace(found[0], '').replace(/^[.;,]\s*/, '');
  return { meaning, fallback: found.groups!['fallback']!.trim() };
}

/** Escapes a text for a cell of a table. */
export const inCell = (text: string): string => text.replaceAll('|', '\\|');
