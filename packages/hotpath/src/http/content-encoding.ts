/**
 * Content encodings of request bodies: which one a body comes in, and its bytes without it. Whatever a body expands to,
 * at most the smaller of two bounds is decompressed: the route's limit, and so many times what was sent. The work is done
 * on a thread of its own and ends at the bound.
 */
import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate } from 'node:zlib';
import { requestError } from './errors.ts';

/** For `Accept-Encoding` of a refusal. zstd is left out: a frame of a few bytes may ask for a window of 128 MiB. */
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

/** JSON that repeats itself stays below 50. gzip reaches 1,032, and br has no bound. */
const MOST_EXPANSION = 100;
/** Up to so many bytes a body may expand by any factor. */
const ANY_EXPANSION_BYTES = 64 * 1024;
const CHUNK_BYTES = 64 * 1024;

export interface Compressed {
  readonly encoding: BodyEncoding;
  /** The most bytes that it may expand to. */
  readonly limit: number;
}

/**
 * The body as it was before it was encoded.
 * @throws `bodyTooLarge` at the bound; `invalidRequest` for bytes that are not of this encoding.
 */
export async function expand(bytes: Buffer, { encoding, limit }: Compressed): Promise<Buffer> {
  const byRatio = Math.max(bytes.length * MOST_EXPANSION, ANY_EXPANSION_BYTES);
  const maxOutputLength = Math.min(limit, byRatio);
  try {
    return await decompressors[encoding](bytes, { maxOutputLength, chunkSize: CHUNK_BYTES });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_BUFFER_TOO_LARGE') {
      throw requestError('invalidRequest', 'The body is not compressed as its Content-Encoding says.');
    }
    const bound = byRatio < limit ? `${MOST_EXPANSION} times its compressed size` : `${limit} bytes`;
    throw requestError('bodyTooLarge', `The body expands to more than ${bound}.`);
  }
}
