/** The names of query parameters: those of every list, which no filter may have, and those of filters. */

export const LIST_PARAMETERS = ['fields', 'sort', 'limit', 'after'] as const;
/** The parameters of a list with a window. */
export const WINDOW_PARAMETERS = ['since', 'until'] as const;
/** The parameters of a list with numbered pages. */
export const NUMBERED_PARAMETERS = ['page', 'per_page', 'count'] as const;

export const RESERVED_PARAMETERS: readonly string[] = [
  ...LIST_PARAMETERS,
  ...WINDOW_PARAMETERS,
  ...NUMBERED_PARAMETERS,
];

interface NamedFilters {
  readonly filterNames: Readonly<Record<string, string>>;
}

/** The name of a filter's parameter, without its operator. */
export function parameterName({ filterNames }: NamedFilters, filter: string): string {
  return Object.hasOwn(filterNames, filter) ? filterNames[filter]! : filter;
}
