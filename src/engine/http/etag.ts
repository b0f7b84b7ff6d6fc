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

/** @param version of the row, if it has one. A text that is no integer is left out. */
export function etagOf(body: string, version?: string | null): string {
  const bytes = hash('sha256', body).slice(0, HASH_LENGTH);
  return version && WHOLE.test(version) ? `"${version}-${bytes}"` : `"${bytes}"`;
}

/** The ETag of the same body in an encoding. */
export const etagIn = (etag: string, encoding: Encoding): string =>
  encoding === 'identity' ? etag : `${etag.slice(0, -1)}-${encoding}"`;

const ENTITY_TAG = /(W\/)?"([^"]*)"/g;
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

const VERSION = new RegExp(`^(${INTEGER})-`);

/**
 * The versions that `If-Match` allows, as text; `undefined` if it allows any, as `*` and its absence do. A header that
 * names no version allows none. Strongly compared: a weak tag matches nothing.
 */
export function versionsOf(ifMatch: string | undefined): string[] | undefined {
  if (ifMatch === undefined || ifMatch.trim() === '*') return undefined;
  return [...ifMatch.matchAll(ENTITY_TAG)].flatMap(([, weak, tag]) => {
    const version = weak ? undefined : VERSION.exec(tag!)?.[1];
    return version === undefined ? [] : [version];
  });
}
