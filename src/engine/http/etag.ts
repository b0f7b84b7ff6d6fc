/**
 * The ETag: names one representation of what was read, so that it need not be sent again (`If-None-Match`), and names
 * the version of the row that it shows, so that a change applies to no other (`If-Match`).
 *
 * It is `"<version>-<hash of the bytes>"` where the row counts its writes, and `"<hash>"` elsewhere. The hash tells
 * representations apart: a row has as many as `fields` has values, and embedded rows change without it. The version
 * alone decides `If-Match`, so whichever representation a consumer has read will do.
 */
import { hash } from 'node:crypto';
import type { Encoding } from './encoding.ts';

/** 128 bits in hexadecimal, which has no hyphen, so that a hash is never taken for a version. */
const HASH_LENGTH = 32;

/** @param version how often the row was written, where it counts that. */
export function etagOf(body: string, version?: string | null): string {
  const bytes = hash('sha256', body).slice(0, HASH_LENGTH);
  return version ? `"${version}-${bytes}"` : `"${bytes}"`;
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

const VERSION = /^(\d{1,9})-/;

/**
 * The versions that `If-Match` allows; `undefined` where it allows any, which `*` and its absence do. One that names
 * none of a row allows none. Strongly compared: a weak tag matches nothing.
 */
export function versionsOf(ifMatch: string | undefined): number[] | undefined {
  if (ifMatch === undefined || ifMatch.trim() === '*') return undefined;
  return [...ifMatch.matchAll(ENTITY_TAG)].flatMap(([, weak, tag]) => {
    const version = weak ? undefined : VERSION.exec(tag!)?.[1];
    return version === undefined ? [] : [Number(version)];
  });
}
