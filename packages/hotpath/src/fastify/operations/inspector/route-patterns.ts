/** Finds the pattern of a route for the path of a request: `/users/:id` for `/users/7`. */
export class RoutePatterns {
  readonly #patterns: readonly { readonly route: string; readonly pattern: RegExp }[];

  /** Patterns without parameters come first, as in the router. */
  constructor(routes: readonly string[]) {
    const sorted = [...new Set(routes)].sort((one, other) => Number(one.includes(':')) - Number(other.includes(':')));
    this.#patterns = sorted.map((route) => ({ route, pattern: patternOf(route) }));
  }

  /** @param url a path, with its query or without. */
  find(url: string): string | undefined {
    const path = url.split('?', 1)[0]!;
    return this.#patterns.find(({ pattern }) => pattern.test(path))?.route;
  }
}

/** Node.js 22 has no `RegExp.escape`. */
const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

const patternOf = (route: string): RegExp =>
  new RegExp(
    `^${route
      .split('/')
      .map((part) => (part.startsWith(':') ? '[^/]+' : escaped(part)))
      .join('/')}/?$`,
  );
