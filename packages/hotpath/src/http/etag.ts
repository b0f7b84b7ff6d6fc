/**
 * The ETag: names one representation of what was read, so that it need not be sent again (`If-None-Match`), and names
 * the version of the row that it shows, so that a change applies to no other (`If-Match`).
 *
 * It is `"<version>-<hash of the bytes>"` where the resource declares a version, and `"<hash>"` elsewhere. The hash tells
 * representations apart: a row has as many as `fields` has values, and embedded rows change without it. The version
 * alone decides `If-Match`, so whichever representation a client has read will do.
 *
 * A version is an integer of at most 64 bits as text. Nothing else enters a tag, so no column can end the header.
 */
import { hash } from 'node:crypto';
import type { Encoding } from './encoding.ts';

/** 128 bits in hexadecimal, which has no hyphen, so that a hash is never taken for a version. */
const HASH_LENGTH = 32;

/** An integer as PostgreSQL writes it. */
const INTEGER = '0|-?[1-9]\\d{0,18}';
const WHOLE = new RegExp(`^(?:${INTEGER})$`);

/**
 * The strong ETag of a body: a hash of it, behind the version of its row.
 * @param version of the row, if it has one. A text that is no integer is left out.
 */
export function etagOf(body: string, version?: string | null): string {
  const bytes = hash('sha256', body).slice(0, HASH_LENGTH);
  return version && WHOLE.test(version) ? `"${version}-${bytes}"` : `"${bytes}"`;
}

/** The ETag of the same body in an encoding. */
export const etagIn = (etag: string, encoding: Encoding): string =>
  encoding === 'identity' ? etag : `${etag.slice(0, -1)}-${encoding}"`;

/** Each entity tag in a list, as RFC 9110 (8.8.3) has it. */
export const ENTITY_TAG = /(W\/)?"([\x21\x23-\x7e\x80-\xff]*)"/g;
const ENCODED = /-(?:gzip|br)$/;

/**
 * Which ETag of `If-None-Match` names this body, in whatever encoding, so that a 304 with that ETag will do. Weakly
 * compared, as RFC 9110 has it.
 * @param etag of the body without an encoding.
 */
export function heldTag(ifNoneMatch: string | undefined, etag: string): string | undefined {
  if (ifNoneMatch === undefined) return undefined;
  if (ifNoneMatch.trim() === '*') return etag;
  const held = [...ifNoneMatch.matchAll(ENTITY_TAG)].find(([, , tag]) => `"${tag!.replace(ENCODED, '')}"` === etag);
  return held && `"${held[2]}"`;
}

const VERSION = new RegExp(`^(?:W/)?"(${INTEGER})-`);

/** The version in an entity tag, as text, if it holds one. */
export const versionIn = (tag: string): string | undefined => VERSION.exec(tag)?.[1];

/** Whether an entity tag names this body, in whatever encoding, strongly compared. @param etag without an encoding. */
export const isTagOf = (tag: string, etag: string): boolean =>
  tag.startsWith('"') && `"${tag.slice(1, -1).replace(ENCODED, '')}"` === etag;
