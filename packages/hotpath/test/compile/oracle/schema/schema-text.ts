/**
 * The text of a Prisma schema, as far as a copy of it must differ: its blocks, and attributes in them.
 *
 * Comments are left out and strings set aside while the text is changed, so that neither is taken for code.
 */

/** A block of the schema: `model User { … }` has the kind `model`, the name `User`, and the text between the braces. */
export interface Block {
  readonly kind: string;
  readonly name: string;
  readonly body: string;
}

const COMMENT_OR_STRING = /\/\/[^\n]*|\/\*[\s\S]*?\*\/|"(?:\\.|[^"\\\n])*"/g;
const BLOCK = /\b(\w+)\s+(\w+)\s*\{([^{}]*)\}/g;

/** Replaces each block by the result of `change`. Strings in a body are numbers in quotes; `quoted` returns their text. */
export function changeBlocks(text: string, change: (block: Block, quoted: (text: string) => string) => string): string {
  const strings: string[] = [];
  const bare = text.replace(COMMENT_OR_STRING, (found) => {
    return found.startsWith('"') ? `"${strings.push(found) - 1}"` : linesOf(found);
  });
  const quoted = (part: string) => part.replace(/"(\d+)"/g, (_, index) => strings[Number(index)]!);
  return quoted(bare.replace(BLOCK, (_, kind, name, body) => change({ kind, name, body }, quoted)));
}

export function blockText({ kind, name, body }: Block): string {
  return `${kind} ${name} {${body}}`;
}

/** The body without an attribute, `@@index`, and its arguments in their parentheses. */
export function withoutAttribute(body: string, attribute: string): string {
  const found = new RegExp(`${attribute}\\s*\\(`).exec(body);
  if (!found) return body;
  const end = closing(body, found.index + found[0].length);
  return `${body.slice(0, found.index)}${withoutAttribute(body.slice(end), attribute)}`;
}

/** The position at which the parenthesis that is open at `start` closes. */
function closing(text: string, start: number): number {
  let [index, open] = [start, 1];
  for (; index < text.length && open > 0; index += 1) {
    if (text[index] === '(') open += 1;
    if (text[index] === ')') open -= 1;
  }
  return index;
}

/** Only the line breaks of a text, so that Prisma's messages still name the right line. */
export function linesOf(text: string): string {
  return text.replace(/[^\n]/g, '');
}
