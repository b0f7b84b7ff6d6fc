/**
 * Values of Prisma's that stand for something: `Prisma.skip`, and the three nulls of Json. They are known by what they
 * have, and not by identity, so that the compiler imports no client: it works without Prisma, and with any copy of it.
 */

/** Whether a value is `Prisma.skip`, which leaves its key out. */
export const isSkip = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && typeof (value as { ifUndefined?: unknown }).ifUndefined === 'function';

export type JsonNull = 'DbNull' | 'JsonNull' | 'AnyNull';

interface EnumValue {
  _getNamespace?(): unknown;
  _getName?(): unknown;
}

/** Which null of Json a value is; undefined for any other value. */
export function jsonNullOf(value: unknown): JsonNull | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { _getNamespace, _getName } = value as EnumValue;
  if (typeof _getNamespace !== 'function' || typeof _getName !== 'function') return undefined;
  return _getNamespace.call(value) === 'NullTypes' ? (_getName.call(value) as JsonNull) : undefined;
}
