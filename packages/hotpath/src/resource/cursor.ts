/**
 * The cursor: a place in a total order, as the values of the sort fields of the last row seen. `after=<cursor>` asks
 * for the rows after it, so rows that are inserted or deleted meanwhile neither repeat nor hide others.
 *
 * The values are texts that PostgreSQL wrote and will read, exact to their last digit: JSON may show fewer digits of a
 * time or a number than the database compares.
 *
 * A cursor is opaque: its fields may be hidden from its client. It is base64url of a tag and of the encrypted values.
 * The tag is an HMAC over the values, the resource and the order, and is the initialization vector of the encryption,
 * so equal places have equal cursors. The service refuses a cursor of another order, of a field whose type has changed,
 * or of another signer.
 */
import { createCipheriv, createDecipheriv, createHmac, createSecretKey, hkdfSync, timingSafeEqual } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { KeysetValues } from '../compile/plan/keyset.ts';
import { refusal } from './refusal.ts';
import type { Registry } from './registry.ts';
import type { Resource } from './resource.ts';
import type { SortField } from './sort.ts';

const CIPHER = 'aes-256-ctr';
/** One block of the cipher, because the tag is its initialization vector. */
const TAG_BYTES = 16;
/** A page that is read again ends at the same row, and to sign its cursor takes longer than to find it. */
const REMEMBERED_CURSORS = 5000;

export interface CursorSigner {
  /** @param values the JSON array of the sort fields' values, as the statement returned it. */
  sign(values: string, order: string): string;
  /** The JSON of the values; `undefined` if this signer did not sign the cursor for this order. */
  open(cursor: string, order: string): string | undefined;
}

/** @param secret a text that only the instances of the service know. */
export function cursorSigner(secret: string): CursorSigner {
  // Each list signs a cursor. With bytes instead of key objects, Node.js makes such an object for each call: 24 us, not 4.
  const keyFor = (use: string) => createSecretKey(Buffer.from(hkdfSync('sha256', secret, '', use, 32)));
  const [tagKey, valuesKey] = [keyFor('hotpath cursor'), keyFor('hotpath cursor values')];
  const tagOf = (values: string, order: string) =>
    createHmac('sha256', tagKey).update(`${order}\n${values}`).digest().subarray(0, TAG_BYTES);
  const signed = new LRUCache<string, string>({ max: REMEMBERED_CURSORS });
  const sign = (values: string, order: string) => {
    const tag = tagOf(values, order);
    return Buffer.concat([tag, createCipheriv(CIPHER, valuesKey, tag).update(values)]).toString('base64url');
  };
  return {
    sign(values, order) {
      const place = `${order}\n${values}`;
      const known = signed.get(place);
      if (known !== undefined) return known;
      const cursor = sign(values, order);
      signed.set(place, cursor);
      return cursor;
    },
    open(cursor, order) {
      const bytes = Buffer.from(cursor, 'base64url');
      if (bytes.length < TAG_BYTES || bytes.toString('base64url') !== cursor) return undefined;
      const tag = bytes.subarray(0, TAG_BYTES);
      const values = createDecipheriv(CIPHER, valuesKey, tag).update(bytes.subarray(TAG_BYTES)).toString();
      return timingSafeEqual(tag, tagOf(values, order)) ? values : undefined;
    },
  };
}

/** The order that a cursor is signed for, with the types of its fields: `product:-createdAt DateTime,-id Int`. */
export function orderName(registry: Registry, resource: Resource, sort: readonly SortField[]): string {
  const fields = sort.map(({ field, direction }) => {
    const { type, native, required } = registry.scalar(resource, field);
    const typeName = [type, native?.name, ...(native?.args ?? [])].filter((part) => part !== undefined).join(' ');
    return `${direction === 'desc' ? '-' : ''}${field} ${typeName}${required ? '' : '?'}`;
  });
  return `${resource.name}:${fields.join(',')}`;
}

/** The values in a cursor, one for each field of its order. @throws a 400 for a cursor of another order. */
export function valuesOf(cursor: string, order: string, signer: CursorSigner): KeysetValues {
  const values = signer.open(cursor, order);
  if (values === undefined) throw refusedCursor();
  return (JSON.parse(values) as unknown[]).map((value) => (value === null ? null : String(value)));
}

export const refusedCursor = () => refusal('after', 'is not a cursor of this list in this order');
