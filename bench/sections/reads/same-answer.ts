/**
 * Whether two answers say the same. Decimals are equal by value (`"12.50"` and `"12.5"`) and times by the moment that
 * they name (`+00:00` and `Z`): how these are written is not what is compared.
 */
const DECIMAL = /^-?\d+(\.\d+)?$/;
const TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$/;

/** Where two JSON values differ first, as a path; undefined where they are the same. */
export function firstDifference(one: unknown, other: unknown, place = 'data'): string | undefined {
  if (!isObject(one) || !isObject(other)) {
    return isSameScalar(one, other) ? undefined : `${place}: ${JSON.stringify(one)}, not ${JSON.stringify(other)}`;
  }
  if (Array.isArray(one) !== Array.isArray(other)) return `${place}: a list, and none`;
  const keys = [...new Set([...Object.keys(one), ...Object.keys(other)])];
  for (const key of keys) {
    const found = firstDifference(one[key], other[key], `${place}.${key}`);
    if (found) return found;
  }
  return undefined;
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

function isSameScalar(one: unknown, other: unknown): boolean {
  if (one === other) return true;
  if (typeof one !== 'string' || typeof other !== 'string') return false;
  if (DECIMAL.test(one) && DECIMAL.test(other)) return plainDecimal(one) === plainDecimal(other);
  return TIME.test(one) && TIME.test(other) && Date.parse(one) === Date.parse(other);
}

/** Without the zeros that change no decimal. */
const plainDecimal = (decimal: string): string => (decimal.includes('.') ? decimal.replace(/\.?0+$/, '') : decimal);
