/** The routes that send the statements which a database has counted, found by the text without constants. */
import type { AskedShape } from './asked-shapes.ts';
import { countedText } from './counted-text.ts';
import type { DearStatement } from './dear-statements.ts';

/** The statements with their routes; a statement that no shape equals is unchanged. */
export function withRoutes(statements: readonly DearStatement[], shapes: readonly AskedShape[]): DearStatement[] {
  const routes = new Map<string, Set<string>>();
  for (const { text, route } of shapes) {
    const key = countedText(text);
    routes.set(key, (routes.get(key) ?? new Set()).add(route));
  }
  return statements.map((one) => {
    const known = routes.get(countedText(one.text));
    return known ? { ...one, routes: [...known] } : one;
  });
}
