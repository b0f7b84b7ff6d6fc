/** The comments, titles of tests, messages of errors and reasons of lint rules in TypeScript, JavaScript, CSS or SQL. */
import { type Passage, plainText } from './passage.ts';

const COMMENT = /\/\*\*?[\s\S]*?\*\/|(?<=^|\s)\/\/ .*|(?<=^|\s)-- .*/gm;
/** The first text of a call that names a test or makes an error, after its code if it has one; or of a lint rule's comment. */
const SPOKEN =
  /\b(?:(?:it|test|describe|group|\w*Error)(?:\.\w+(?:\([^)]*\))?)?\((?:'\w+',\s*)?|comment:\s+)(['"`])((?:(?!\1)[^\\]|\\.)*)\1/g;

export function sourceProse(text: string): Passage[] {
  const at = (index: number) => text.slice(0, index).split('\n').length;
  const comments = [...text.matchAll(COMMENT)].map(({ 0: comment, index }) => ({
    line: at(index),
    text: plainText(comment.replaceAll(/^\s*(?:\/\*\*?|\*\/|\*|\/\/|--)|\*\/$/gm, '').replaceAll(/\s+/g, ' ')),
  }));
  const spoken = [...text.matchAll(SPOKEN)].map(({ 2: said, index }) => ({ line: at(index), text: plainText(said!) }));
  return [...comments, ...spoken].toSorted((one, other) => one.line - other.line);
}
