/**
 * An error as a line of the log shows it: an allow-list of properties. Libraries add more to their errors, such as the failed
 * command with its arguments (`AUTH` with its password) or the values of a row.
 */

const SHOWN = [
  'code',
  'errno',
  'syscall',
  'address',
  'port',
  'statusCode',
  'severity',
  'hint',
  'schema',
  'table',
  'column',
  'constraint',
  'routine',
] as const;

const LONGEST_MESSAGE = 2000;
const LONGEST_STACK = 6000;
const DEEPEST_CAUSE = 3;
const MOST_ERRORS = 5;

export interface LoggedError {
  readonly type: string;
  readonly message: string;
  readonly stack: string;
  [property: string]: unknown;
}

export function loggedError(error: unknown, depth = 0): LoggedError {
  if (!(error instanceof Error)) {
    return { type: typeof error, message: cut(String(error), LONGEST_MESSAGE), stack: '' };
  }
  const { name, message, stack = '', cause } = error;
  const given = error as unknown as Record<string, unknown>;
  const shown = SHOWN.filter((key) => ['string', 'number'].includes(typeof given[key]));
  const errors = error instanceof AggregateError ? error.errors.slice(0, MOST_ERRORS) : undefined;
  const isDeep = depth >= DEEPEST_CAUSE;
  return {
    type: name,
    message: cut(message, LONGEST_MESSAGE),
    stack: cut(stack, LONGEST_STACK),
    ...Object.fromEntries(shown.map((key) => [key, given[key]])),
    ...(cause !== undefined && !isDeep && { cause: loggedError(cause, depth + 1) }),
    ...(errors && !isDeep && { errors: errors.map((each) => loggedError(each, depth + 1)) }),
  };
}

const cut = (text: string, length: number): string => (text.length > length ? `${text.slice(0, length)}…` : text);
