/**
 * The ETag: names one representation of the read rows, so that the server need not send it again (`If-None-Match`). It
 * also names the version of the row, so that a change applies to no other version (`If-Match`).
 *
 * It is `"<version>-<hash of the bytes>"` if the resource declares a version, else `"<hash>"`. The hash distinguishes
 * representations: a row has one for each value of `fields`, and embedded rows change without the row. The version
 * alone decides `If-Match`, so a client may have read any representation.
 *
 * A version is an integer of at most 64 bits as text. A tag contains nothing else from a row, so no column can end the
 * header.
 */
import { hash } from 'node:crypto';
import type { Encoding } from './encoding.ts';

/** 128 bits in hexadecimal, which has no hyphen, so that a hash never looks like a version. */
const HASH_LENGTH = 32;

/** An integer as PostgreSQL writes it. */
const INTEGER = '0|-?[1-9]\\d{0,18}';
const WHOLE = new RegExp(`^(?:${INTEGER})$`);

/**
 * The strong ETag of a body: a hash of it, after the version of its row.
 * @param version of the row, if it has one. A text that is not an integer is left out.
 */
export function etagOf(body: string, version?: string | null): string {
  const bytes = hash('sha256', body).slice(0, HASH_LENGTH);
  return version && WHOLE.test(version) ? `"${version}-${bytes}"` : `"${bytes}"`;
}

/** The ETag of the same body in an encoding. */
export const etagIn = (etag: string, encoding: Encoding): string =>
  encoding === 'identity' ? etag : `${etag.slice(0, -1)}-${encoding}"`;

/** Each entity tag in a list, as RFC 9110 (8.8.3) defines it. */
export const ENTITY_TAG = /(W\/)?"([\x21\x23-\x7e\x80-\xff]*)"/g;
const ENCODED = /-(?:gzip|br)$/;

/**
 * The ETag in `If-None-Match` that names this body in any encoding, so that a 304 with that ETag is right. The
 * comparison is weak, as RFC 9110 requires.
 * @param etag of the body without an encoding.
 */
export function heldTag(ifNoneMatch: string | undefined, etag: string): string | undefined {
  if (ifNoneMatch === undefined) return undefined;
  if (ifNoneMatch.trim() === '*') return etag;
  const held = [...ifNoneMatch.matchAll(ENTITY_TAG)].find(([, , tag]) => `"${tag!.replace(ENCODED, '')}"` === etag);
  return held && `"${held[2]}"`;
}

const VERSION = new RegExp(`^(?:W/)?"(${INTEGER})-`);

/** The version in an entity tag, as text, if it has one. */
export const versionIn = (tag: string): string | undefined => VERSION.exec(tag)?.[1];

/** Whether an entity tag names this body in any encoding, by the strong comparison. @param etag without an encoding. */
export const isTagOf = (tag: string, etag: string): boolean =>
  tag.startsWith('"') && `"${tag.slice(1, -1).replace(ENCODED, '')}"` === etag;
