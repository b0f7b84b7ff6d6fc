/**
 * Pieces of SQL text: names, literals, blocks.
 *
 * Blocks and lists indent what they hold, so no name and no literal may contain a line break: both write it as an
 * escape.
 */

export function name(identifier: string): string {
  const quoted = nameText(identifier);
  if (!quoted.includes('\n')) return quoted;
  return `U&${quoted.replaceAll('\\', '\\\\').replaceAll('\n', '\\000A')}`;
}

/** A name as a value, for functions such as `to_regclass`, which know no escapes. It may contain a line break. */
export function nameText(identifier: string): string {
  return `"${identifier.replaceAll('"', '""')}"`;
}

export function literal(text: string): string {
  const quoted = text.replaceAll("'", "''");
  if (!/[\\\n]/.test(quoted)) return `'${quoted}'`;
  return `E'${quoted.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')}'`;
}

/** A text as a literal in which quotes stay as they are: the body of a function. */
export function dollarQuoted(text: string): string {
  let tag = '$$';
  while (text.includes(tag)) tag = `$q${tag.slice(1)}`;
  return `${tag}${text}${tag}`;
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

/** Lines of one statement, without the empty ones. */
export function lines(...parts: (string | false | null)[]): string {
  return parts.filter(Boolean).join('\n');
}

/** `WHERE`, or nothing where everything holds. */
export function where(terms: readonly string[]): string {
  return terms.length === 0 ? '' : `WHERE ${terms.join('\n  AND ')}`;
}
