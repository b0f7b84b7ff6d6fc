/** Where a test's own code stands: a line is marked by a comment at its end, `// line: name`. */
import { readFileSync } from 'node:fs';

/** @returns `file:line` of the marked line; a place of a stack has its column after that. */
export function lineOf(file: string, name: string): string {
  const lines = readFileSync(file, 'utf8').split('\n');
  const marked = lines.flatMap((line, index) => (line.endsWith(`// line: ${name}`) ? [index + 1] : []));
  if (marked.length !== 1) throw new Error(`${marked.length} lines of ${file} are marked "${name}".`);
  return `${file}:${marked[0]}`;
}
