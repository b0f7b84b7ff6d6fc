/** Pieces of SQL text: names, literals, blocks. */

export function name(identifier: string): string {
  return `"${identifier.replaceAll('"', '""')}"`;
}

export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

export function parameter(slot: number): string {
  return `$${slot}`;
}

/** The lines of `text` in parentheses, one step in. */
export function block(text: string): string {
  return `(\n  ${text.replaceAll('\n', '\n  ')}\n)`;
}

/** `items` below a keyword, one a line. */
export function list(keyword: string, items: readonly string[]): string {
  return items.length === 1
    ? `${keyword} ${items[0]}`
    : `${keyword}\n  ${items.map((item) => item.replaceAll('\n', '\n  ')).join(',\n  ')}`;
}

/** Lines of one statement; empty ones fall out. */
export function lines(...parts: (string | false | null)[]): string {
  return parts.filter(Boolean).join('\n');
}
