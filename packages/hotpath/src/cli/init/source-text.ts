/** Pieces of source code, formatted as a formatter would leave them. */

const WIDTH = 120;

/** A string literal. */
export const quotedText = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;

/** The key of an object literal. */
export const keyText = (name: string): string => (/^[A-Za-z_$][\w$]*$/.test(name) ? name : quotedText(name));

/** `  fields: ['id', 'name'],`, or one item a line if that is too long for a line. */
export function listText(before: string, items: readonly string[], indent = '  '): string {
  const line = `${indent}${before}[${items.join(', ')}],`;
  if (line.length <= WIDTH) return line;
  return [`${indent}${before}[`, ...items.map((item) => `${indent}  ${item},`), `${indent}],`].join('\n');
}

/** `  filters: { id: ['in'] },`, or one entry a line if that is too long for a line. */
export function recordText(before: string, entries: readonly (readonly [string, string])[], indent = '  '): string {
  const parts = entries.map(([key, value]) => `${keyText(key)}: ${value}`);
  const line = `${indent}${before}{ ${parts.join(', ')} },`;
  if (line.length <= WIDTH) return line;
  return [`${indent}${before}{`, ...parts.map((part) => `${indent}  ${part},`), `${indent}},`].join('\n');
}

/** `  app.list('/posts', { budget: 1 });`, or one entry a line if that is too long for a line. */
export const callText = (before: string, entries: readonly (readonly [string, string])[]): string =>
  recordText(before, entries).replace(/,$/, ');');

/** `import { a, b } from 'c';`, or one name a line if that is too long for a line. */
export function importText(names: readonly string[], from: string): string {
  const line = `import { ${names.join(', ')} } from ${quotedText(from)};`;
  if (line.length <= WIDTH) return line;
  return ['import {', ...names.map((name) => `  ${name},`), `} from ${quotedText(from)};`].join('\n');
}

/** A text as lines of a comment, wrapped at the line width. */
export function sourceComment(text: string, indent = ''): string {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && `${last} ${word}`.length <= WIDTH) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(`${indent}// ${word}`);
  }
  return lines.join('\n');
}
