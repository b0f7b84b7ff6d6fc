/** Content encodings: which one a request is answered in, and how the bytes come into it. */
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import { LRUCache } from 'lru-cache';

/** As they are stored, `identity` first. */
export const ENCODINGS = ['identity', 'gzip', 'br'] as const;

/** An encoding in which a reply may be sent. */
export type Encoding = (typeof ENCODINGS)[number];

/** What is smaller is not compressed. */
export const COMPRESSED_FROM_BYTES = 1024;

/** Of equal weight the first is taken. */
const PREFERRED: readonly Encoding[] = ['br', 'gzip', 'identity'];

const REMEMBERED_HEADERS = 200;
const LONGEST_HEADER = 200;
const remembered = new LRUCache<string, Encoding>({ max: REMEMBERED_HEADERS });

/** @param accept the `Accept-Encoding` header. Without it, and where nothing of ours is acceptable, `identity`. */
export function encodingFor(accept: string | undefined): Encoding {
  if (accept === undefined || accept.length > LONGEST_HEADER) return 'identity';
  let encoding = remembered.get(accept);
  if (!encoding) {
    encoding = negotiate(accept);
    remembered.set(accept, encoding);
  }
  return encoding;
}

function negotiate(accept: string): Encoding {
  const weights = new Map(accept.toLowerCase().split(',').map(weightOf));
  const weighed = PREFERRED.map((encoding) => {
    const named = weights.get(encoding) ?? (encoding === 'gzip' ? weights.get('x-gzip') : undefined);
    // Whoever does not name it takes `identity`, but would rather have what he names.
    return { encoding, weight: named ?? weights.get('*') ?? (encoding === 'identity' ? Number.MIN_VALUE : 0) };
  });
  const [best] = weighed.sort((one, other) => other.weight - one.weight);
  return best!.weight > 0 ? best!.encoding : 'identity';
}

function weightOf(part: string): [name: string, weight: number] {
  const [name = '', ...parameters] = part.split(';').map((text) => text.trim());
  const quality = parameters.find((parameter) => parameter.startsWith('q='));
  return [name, quality === undefined ? 1 : Number(quality.slice(2)) || 0];
}

const gzipped = promisify(gzip);
const brotlied = promisify<Buffer, object, Buffer>(brotliCompress);

/** Compresses off the event loop. */
export function compress(bytes: Buffer, encoding: Exclude<Encoding, 'identity'>): Promise<Buffer> {
  if (encoding === 'gzip') return gzipped(bytes, { level: 6 });
  const params = { [constants.BROTLI_PARAM_QUALITY]: 5, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length };
  return brotlied(bytes, { params });
}
