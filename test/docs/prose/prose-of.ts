/**
 * The sentences of a file that people read: of a Markdown file its text without code; of a TypeScript or SQL file its comments, titles
 * of tests and messages of errors.
 */
import { extname } from 'node:path';

/** A piece of text and the line where it begins, from 1. */
export interface Passage {
  readonly line: number;
  readonly text: string;
}

export function proseOf(file: string, text: string): Passage[] {
  return extname(file) === '.md' ? ofMarkdown(text) : ofSource(text);
}

/** Paragraphs, list items and cells of tables. Headings, heads of tables, code and front matter are left out. */
function ofMarkdown(text: string): Passage[] {
  const lines = blank(text, /^---\n[\s\S]*?\n---$|^ *```[\s\S]*?^ *```$|<!--[\s\S]*?-->/gm).split('\n');
  const passages: { line: number; text: string }[] = [];
  let open: { line: number; text: string } | undefined;
  for (const [index, line] of lines.entries()) {
    const isRow = /^\s*\|/.test(line);
    const starts = /^\s*(?:[-*]|\d+\.) /.test(line) || isRow;
    if (line.trim() === '' || /^#/.test(line) || /^ {4}\S/.test(line) || starts) open = undefined;
    if (line.trim() === '' || /^#/.test(line) || (open === undefined && /^ {4}\S/.test(line))) continue;
    if (isRow) {
      const isHead = /^\s*\|[\s|:-]+\|$/.test(lines[index + 1] ?? '') || /^\s*\|[\s|:-]+\|$/.test(line);
      if (!isHead) passages.push(...cells(line).map((cell) => ({ line: index + 1, text: cell })));
    } else if (open) open.text += ` ${line.trim()}`;
    else {
      open = { line: index + 1, text: line.trim().replace(/^(?:[-*]|\d+\.) /, '') };
      passages.push(open);
    }
  }
  return passages.map(({ line, text }) => ({ line, text: plain(text) }));
}

const cells = (row: string): string[] =>
  row
    .replaceAll(/`[^`]*`/g, (code) => code.replaceAll('|', ' '))
    .split(/(?<!\\)\|/)
    .map((cell) => cell.trim())
    .filter((cell) => cell !== '');

/** Without code, quoted words, targets of links and emphasis. */
const plain = (text: string): string =>
  text
    .replaceAll(/`[^`]*`/g, '`code`')
    .replaceAll(/"[^"]*"/g, '"quoted"')
    .replaceAll(/\]\([^)]*\)/g, '')
    .replaceAll(/[[*]/g, '')
    .trim();

const COMMENT = /\/\*\*?[\s\S]*?\*\/|(?<=^|\s)\/\/ .*|(?<=^|\s)-- .*/gm;
/** The first text of a call that names a test or makes an error; behind its code, if it has one. */
const SPOKEN =
  /\b(?:it|test|describe|group|\w*Error)(?:\.\w+(?:\([^)]*\))?)?\((?:'\w+',\s*)?(['"`])((?:(?!\1)[^\\]|\\.)*)\1/g;

function ofSource(text: string): Passage[] {
  const at = (index: number) => text.slice(0, index).split('\n').length;
  const comments = [...text.matchAll(COMMENT)].map(({ 0: comment, index }) => ({
    line: at(index),
    text: plain(comment.replaceAll(/^\s*(?:\/\*\*?|\*\/|\*|\/\/|--)|\*\/$/gm, '').replaceAll(/\s+/g, ' ')),
  }));
  const spoken = [...text.matchAll(SPOKEN)].map(({ 2: said, index }) => ({ line: at(index), text: plain(said!) }));
  return [...comments, ...spoken].toSorted((one, other) => one.line - other.line);
}

/** Takes out what matches, and keeps its lines. */
const blank = (text: string, pattern: RegExp): string =>
  text.replaceAll(pattern, (found) => '\n'.repeat(found.split('\n').length - 1));
