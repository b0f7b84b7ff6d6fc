/** The variants of an entry: its body in each encoding, made once and off the event loop. */
import { isAscii } from 'node:buffer';
import { COMPRESSED_FROM_BYTES, compress, ENCODINGS, type Encoding } from '../http/encoding.ts';
import { type Entry, ownBytes } from './entry.ts';

type Compressed = Exclude<Encoding, 'identity'>;

const underway = new WeakMap<Entry, Map<Compressed, Promise<Buffer>>>();

/** The encoding in which the cache sends an entry to a client that prefers this one: small bodies stay uncompressed. */
export const variantFor = ({ bodies }: Entry, preferred: Encoding): Encoding =>
  preferred !== 'identity' && bodies.identity.length < COMPRESSED_FROM_BYTES ? 'identity' : preferred;

/** The text of a longer body takes longer to copy than its bytes to write beside its head. */
const MOST_TEXT_BYTES = 4096;

/** The body as it leaves soonest: a short one as text, which Node.js writes together with its head. */
export function sentBody(entry: Entry): Buffer | string {
  const bytes = entry.bodies.identity;
  if (bytes.length > MOST_TEXT_BYTES) return bytes;
  entry.isAscii ??= isAscii(bytes);
  return entry.isAscii ? bytes.toString('latin1') : bytes;
}

/** The body in an encoding of `variantFor`, compressed at the first call. */
export async function bytesOf(entry: Entry, encoding: Encoding): Promise<Buffer> {
  return entry.bodies[encoding] ?? (await make(entry, encoding as Compressed));
}

/** Makes every variant. */
export async function complete(entry: Entry): Promise<void> {
  if (entry.status !== 200) return;
  await Promise.all(ENCODINGS.map((encoding) => bytesOf(entry, variantFor(entry, encoding))));
}

function make(entry: Entry, encoding: Compressed): Promise<Buffer> {
  const making = underway.get(entry) ?? new Map<Compressed, Promise<Buffer>>();
  underway.set(entry, making);
  let made = making.get(encoding);
  if (!made) {
    made = compress(entry.bodies.identity, encoding).then((compressed) => {
      const bytes = ownBytes(compressed);
      entry.bodies[encoding] = bytes;
      making.delete(encoding);
      return bytes;
    });
    making.set(encoding, made);
  }
  return made;
}
