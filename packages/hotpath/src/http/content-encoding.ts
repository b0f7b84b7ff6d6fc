/**
 * Content encodings of request bodies: the encoding of a body, and its decoded bytes. Two bounds limit the
 * decompression: the route's limit, and a multiple of the compressed size. Another thread does the work and stops at
 * the smaller bound.
 */
import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate } from 'node:zlib';
import { requestError } from './errors.ts';

/** The encodings of request bodies, also for `Accept-Encoding` of a refusal. zstd is left out: a frame of a few bytes may require a window of 128 MiB. */
export const BODY_ENCODINGS = ['gzip', 'br', 'deflate'] as const;

/** An encoding in which the body of a request may come. */
export type BodyEncoding = (typeof BODY_ENCODINGS)[number];

/** RFC 9110 has `x-gzip` as another name of `gzip`. */
const ENCODING_NAMES: Readonly<Record<string, BodyEncoding>> = {
  gzip: 'gzip',
  'x-gzip': 'gzip',
  br: 'br',
  deflate: 'deflate',
};

/**
 * The encoding that `Content-Encoding` names.
 * @param header `Content-Encoding`, in any case. `identity` names no encoding.
 * @throws `unsupportedMediaType` for an unknown encoding, and for more than one.
 */
export function bodyEncodingOf(header: string | undefined): BodyEncoding | undefined {
  const names = (header ?? '').split(',').map((name) => name.trim().toLowerCase());
  const [name, ...others] = names.filter((each) => each !== '' && each !== 'identity');
  if (name === undefined) return undefined;
  const encoding = Object.hasOwn(ENCODING_NAMES, name) ? ENCODING_NAMES[name] : undefined;
  if (encoding && others.length === 0) return encoding;
  throw requestError('unsupportedMediaType', `A body may have one encoding: ${BODY_ENCODINGS.join(', ')}.`);
}

const decompressors = {
  gzip: promisify<Buffer, object, Buffer>(gunzip),
  br: promisify<Buffer, object, Buffer>(brotliDecompress),
  deflate: promisify<Buffer, object, Buffer>(inflate),
};

/** JSON with many repetitions stays below 50. gzip reaches 1,032, and br has no bound. */
const MOST_EXPANSION = 100;
/** Up to this number of bytes, a body may expand by any factor. */
const ANY_EXPANSION_BYTES = 64 * 1024;
const CHUNK_BYTES = 64 * 1024;

export interface Compressed {
  readonly encoding: BodyEncoding;
  /** The highest number of bytes that the body may expand to. */
  readonly limit: number;
}

/**
 * The decoded body.
 * @throws `bodyTooLarge` at the bound; `invalidRequest` for bytes that are not of this encoding.
 */
export async function expand(bytes: Buffer, { encoding, limit }: Compressed): Promise<Buffer> {
  const byRatio = Math.max(bytes.length * MOST_EXPANSION, ANY_EXPANSION_BYTES);
  const maxOutputLength = Math.min(limit, byRatio);
  try {
    return await decompressors[encoding](bytes, { maxOutputLength, chunkSize: CHUNK_BYTES });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_BUFFER_TOO_LARGE') {
      throw requestError('invalidRequest', 'The body is not encoded as its Content-Encoding says.');
    }
    const bound = byRatio < limit ? `${MOST_EXPANSION} times its compressed size` : `${limit} bytes`;
    throw requestError('bodyTooLarge', `The body expands to more than ${bound}.`);
  }
}
