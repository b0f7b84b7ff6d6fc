/**
 * The members of Prisma's values that Prisma does not document: of `Prisma.skip`, of the three nulls of Json, of the
 * parameters of an extension, and of a client. The code recognises the values by these members, and not by identity, so that it
 * imports no client: the compiler works without Prisma, and with any copy of it. Other files use them through this
 * file, which `test/private-interfaces.test.ts` checks. `test/compile/prisma-internals.test.ts` fails when a new
 * version has moved one.
 */

/** The table in which Prisma Migrate records the migrations of a database. */
export const MIGRATIONS_TABLE = '_prisma_migrations';

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

interface CallPlace {
  readonly fileName: string;
  readonly lineNumber: number;
  readonly columnNumber: number;
}

interface OperationInternals {
  readonly __internalParams?: { readonly callsite?: { getLocation(): CallPlace | null } };
}

/**
 * The place of the call that an operation came from, `file:line:column`, by the parameters that Prisma passes to an extension
 * of queries. Undefined for an `errorFormat` of `minimal`, with which Prisma keeps no place.
 */
export function callPlaceOf(parameters: object): string | undefined {
  const place = (parameters as OperationInternals).__internalParams?.callsite?.getLocation();
  return place ? `${place.fileName.replace('file://', '')}:${place.lineNumber}:${place.columnNumber}` : undefined;
}

/** The fields that a client leaves out of every row without a `select`, by the model's name with a small first letter. */
export type GlobalOmit = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** The `omit` that a client was created with. */
export const globalOmitOf = (client: object): GlobalOmit =>
  (client as { readonly _globalOmit?: GlobalOmit })._globalOmit ?? {};

/** The global omit of one model, in the form of a query's `omit`. Prisma shows a field for which it is undefined. */
export const globalOmitFor = (omit: GlobalOmit, model: string): Readonly<Record<string, unknown>> => {
  const key = model.charAt(0).toLowerCase() + model.slice(1);
  if (!Object.hasOwn(omit, key)) return {};
  return Object.fromEntries(Object.entries(omit[key]!).filter(([, isOmitted]) => isOmitted !== undefined));
};
