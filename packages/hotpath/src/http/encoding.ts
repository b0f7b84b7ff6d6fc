/** Content encodings of replies: the encoding that a client prefers, and the compression of a body. */
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import { LRUCache } from 'lru-cache';
import Negotiator from 'negotiator';

/** In the order in which an entry stores them, `identity` first. */
export const ENCODINGS = ['identity', 'gzip', 'br'] as const;

/** An encoding in which a reply may be sent. */
export type Encoding = (typeof ENCODINGS)[number];

/** The server does not compress a smaller body. */
export const COMPRESSED_FROM_BYTES = 1024;

/** Of encodings with the same weight, the first one wins. */
const PREFERRED: readonly Encoding[] = ['br', 'gzip', 'identity'];

const REMEMBERED_HEADERS = 200;
const LONGEST_HEADER = 200;
const remembered = new LRUCache<string, Encoding>({ max: REMEMBERED_HEADERS });

/**
 * @param accept the `Accept-Encoding` header. Without it, and if the client accepts none of these, the result is
 * `identity`.
 */
export function encodingFor(accept: string | undefined): Encoding {
  if (accept === undefined || accept.length > LONGEST_HEADER) return 'identity';
  let encoding = remembered.get(accept);
  if (!encoding) {
    encoding = negotiate(accept);
    remembered.set(accept, encoding);
  }
  return encoding;
}

/** `x-gzip` is an old name of `gzip` (RFC 9110, 8.4.1.3). */
function negotiate(accept: string): Encoding {
  const headers = { 'accept-encoding': accept.toLowerCase().replaceAll('x-gzip', 'gzip') };
  const [best] = new Negotiator({ headers }).encodings([...PREFERRED], { preferred: [...PREFERRED] });
  return (best as Encoding | undefined) ?? 'identity';
}

const gzipped = promisify(gzip);
const brotlied = promisify<Buffer, object, Buffer>(brotliCompress);

/** Compresses off the event loop. */
export function compress(bytes: Buffer, encoding: Exclude<Encoding, 'identity'>): Promise<Buffer> {
  if (encoding === 'gzip') return gzipped(bytes, { level: 6 });
  const params = { [constants.BROTLI_PARAM_QUALITY]: 5, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length };
  return brotlied(bytes, { params });
}
