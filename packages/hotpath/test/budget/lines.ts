/** Lines of a test's own code: a comment at the end of a line marks it, `// line: name`. */
import { readFileSync } from 'node:fs';

/** @returns `file:line` of the marked line; a place in a stack has its column after that. */
export function lineOf(file: string, name: string): string {
  const lines = readFileSync(file, 'utf8').split('\n');
  const marked = lines.flatMap((line, index) => (line.endsWith(`// line: ${name}`) ? [index + 1] : []));
  if (marked.length !== 1) throw new Error(`${marked.length} lines of ${file} are marked "${name}".`);
  return `${file}:${marked[0]}`;
}
