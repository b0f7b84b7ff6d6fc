/** The paragraphs, list items and cells of tables of a Markdown file. */
import { type Passage, plainText } from './passage.ts';

/** Leaves out headings, heads of tables, code and front matter. */
export function markdownProse(text: string): Passage[] {
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
  return passages.map(({ line, text }) => ({ line, text: plainText(text) }));
}

const cells = (row: string): string[] =>
  row
    .replaceAll(/`[^`]*`/g, (code) => code.replaceAll('|', ' '))
    .split(/(?<!\\)\|/)
    .map((cell) => cell.trim())
    .filter((cell) => cell !== '');

/** Takes out what matches, and keeps its lines. */
const blank = (text: string, pattern: RegExp): string =>
  text.replaceAll(pattern, (found) => '\n'.repeat(found.split('\n').length - 1));
