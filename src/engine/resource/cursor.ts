/**
 * The cursor: a place in a total order, as the values of the sort fields of the last row seen. `after=<cursor>` asks
 * for what comes behind it, so rows that are inserted or deleted meanwhile neither repeat nor hide others.
 *
 * It is opaque and signed: base64url of the values and of an HMAC over the values, the resource and the order. One
 * that was made for another order, or by somebody else, is refused.
 */
import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import type { Condition } from './filter.ts';
import { refusal } from './refusal.ts';
import type { Registry } from './registry.ts';
import type { Resource } from './resource.ts';
import type { SortField } from './sort.ts';
import { readerOf, type Value } from './value.ts';

const SIGNATURE_BYTES = 12;

export interface CursorSigner {
  /** @param values the JSON array of the sort fields' values, as the statement returned it. */
  sign(values: string, order: string): string;
  /** The values' JSON; `undefined` for what this signer did not sign for this order. */
  open(cursor: string, order: string): string | undefined;
}

/** @param secret anything that every instance of the service shares and nobody else knows. */
export function cursorSigner(secret: string): CursorSigner {
  const key = Buffer.from(hkdfSync('sha256', secret, '', 'hotpath cursor', 32));
  const signatureOf = (values: string, order: string) =>
    createHmac('sha256', key).update(`${order}\n${values}`).digest().subarray(0, SIGNATURE_BYTES);
  return {
    sign: (values, order) => Buffer.concat([signatureOf(values, order), Buffer.from(values)]).toString('base64url'),
    open(cursor, order) {
      const bytes = Buffer.from(cursor, 'base64url');
      const signature = bytes.subarray(0, SIGNATURE_BYTES);
      const values = bytes.subarray(SIGNATURE_BYTES).toString();
      const whole = signature.length === SIGNATURE_BYTES && bytes.toString('base64url') === cursor;
      return whole && timingSafeEqual(signature, signatureOf(values, order)) ? values : undefined;
    },
  };
}

/** What a cursor is signed for: `product:-createdAt,-id`. */
export const orderName = (resource: Resource, sort: readonly SortField[]): string =>
  `${resource.name}:${sort.map(({ field, direction }) => (direction === 'desc' ? `-${field}` : field)).join(',')}`;

/** The condition that holds for the rows behind a cursor. @throws a 400 for a cursor that is not of this order. */
export function conditionAfter(
  cursor: string,
  {
    registry,
    resource,
    sort,
    signer,
  }: { registry: Registry; resource: Resource; sort: SortField[]; signer: CursorSigner },
): Condition {
  const values = signer.open(cursor, orderName(resource, sort));
  if (values === undefined) throw refusal('after', 'is no cursor of this list and this order');
  const parsed = JSON.parse(values) as unknown[];
  const places = sort.map((field, index) => ({
    ...field,
    value: readerOf(registry.scalar(resource, field.field), registry.dataModel)!.read(String(parsed[index]))!,
  }));
  return behind(places);
}

type Place = SortField & { readonly value: Value };

/**
 * Lexicographic "behind", `(a, b) > (x, y)`, with directions of each field's own. The first conjunct says again what
 * follows from the second, in the form that an index can start from.
 */
function behind([place, ...rest]: Place[]): Condition {
  const { field, direction, value } = place!;
  const strictly = direction === 'asc' ? 'gt' : 'lt';
  if (rest.length === 0) return { [field]: { [strictly]: value } };
  return {
    AND: [
      { [field]: { [`${strictly}e`]: value } },
      { OR: [{ [field]: { [strictly]: value } }, { AND: [{ [field]: { equals: value } }, behind(rest)] }] },
    ],
  };
}
