/**
 * The path of a route as the router reads it: `/rooms/:house/:number`, `/days/:from-:to`, `/:id(^\\d+$)`, `/files/*`.
 */

/** The names of its parameters, in their order; `*` is the rest of the path. */
export function parametersIn(path: string): string[] {
  return [...withoutPatterns(path).matchAll(PARAMETER)].flatMap(([text, name]) => {
    if (text === '*') return [text];
    return name === undefined ? [] : [name.replace(/\?$/, '')];
  });
}

/** Two colons stand for a colon that begins no parameter. */
const PARAMETER = /::|:([^/.-]+)|\*/g;

/** Whether its last parameter is optional: `/days/:day?`. */
export const hasOptionalParameter = (path: string): boolean => /\/:[^/]*\?(\/|$)/.test(withoutPatterns(path));

/** The path without the regular expressions in brackets. */
function withoutPatterns(path: string): string {
  let depth = 0;
  let kept = '';
  for (let index = 0; index < path.length; index += 1) {
    const character = path[index]!;
    if (depth > 0 && character === '\\') index += 1;
    else if (character === '(') depth += 1;
    else if (character === ')' && depth > 0) depth -= 1;
    else if (depth === 0) kept += character;
  }
  return kept;
}
