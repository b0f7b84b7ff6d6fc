/**
 * The cursor: a place in a total order, as the values of the sort fields of the last row seen. `after=<cursor>` asks
 * for the rows behind it, so rows that are inserted or deleted meanwhile neither repeat nor hide others.
 *
 * The values are texts that PostgreSQL wrote and will read, exact to their last digit: what JSON shows of a time or a
 * number may be less than what the database compares.
 *
 * A cursor is opaque and signed: base64url of the values and of an HMAC over the values, the resource and the order. A
 * cursor of another order, or of another signer, is refused.
 */
import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import type { KeysetValues } from '../compile/plan/keyset.ts';
import { refusal } from './refusal.ts';
import type { Resource } from './resource.ts';
import type { SortField } from './sort.ts';

const SIGNATURE_BYTES = 12;

export interface CursorSigner {
  /** @param values the JSON array of the sort fields' values, as the statement returned it. */
  sign(values: string, order: string): string;
  /** The JSON of the values; `undefined` if this signer did not sign the cursor for this order. */
  open(cursor: string, order: string): string | undefined;
}

/** @param secret any text that every instance of the service shares and nobody else knows. */
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

/** The order that a cursor is signed for: `product:-createdAt,-id`. */
export const orderName = (resource: Resource, sort: readonly SortField[]): string =>
  `${resource.name}:${sort.map(({ field, direction }) => (direction === 'desc' ? `-${field}` : field)).join(',')}`;

/** The values that a cursor holds, one for each field of its order. @throws a 400 for a cursor of another order. */
export function valuesOf(cursor: string, order: string, signer: CursorSigner): KeysetValues {
  const values = signer.open(cursor, order);
  if (values === undefined) throw refusal('after', 'is not a cursor of this list in this order');
  return (JSON.parse(values) as unknown[]).map((value) => (value === null ? null : String(value)));
}
