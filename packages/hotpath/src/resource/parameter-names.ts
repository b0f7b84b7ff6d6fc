/** The names of query parameters: those that every list has of its own, which no filter may bear, and those of filters. */

export const LIST_PARAMETERS = ['fields', 'sort', 'limit', 'after'] as const;
/** Of a list that has a window. */
export const WINDOW_PARAMETERS = ['since', 'until'] as const;
/** Of a list whose pages are numbered. */
export const NUMBERED_PARAMETERS = ['page', 'per_page', 'count'] as const;

export const RESERVED_PARAMETERS: readonly string[] = [
  ...LIST_PARAMETERS,
  ...WINDOW_PARAMETERS,
  ...NUMBERED_PARAMETERS,
];

interface NamedFilters {
  readonly filterNames: Readonly<Record<string, string>>;
}

/** What the parameter of a filter is called, before its operator. */
export function parameterName({ filterNames }: NamedFilters, filter: string): string {
  return Object.hasOwn(filterNames, filter) ? filterNames[filter]! : filter;
}
