/**
 * An entry: one cached response. It has the bytes that can be sent, and the data that decides whether they may be sent.
 *
 * In Redis it is one binary value: a header of fixed width, then eight parts, each after its length. To send it needs
 * no parsing. A value of another format, or a truncated one, decodes to nothing.
 *
 * An entry owns its bytes. The bytes from a socket, zlib or `Buffer.from` are part of a 64 KB block that other values
 * share, and would keep the whole block in memory as long as the entry exists.
 */
import { parseSnapshot, readSnapshot, type Snapshot, snapshotText } from '../freshness/snapshot.ts';
import { ENCODINGS, type Encoding } from '../http/encoding.ts';

/** The result of a read. */
export interface ReadResult {
  /** 404 makes a negative entry: its body is the sentence of the problem. */
  readonly status: 200 | 404;
  readonly body: string;
  /** The ETag of the body without an encoding: `"5-9f86d0…"`. Empty for a 404. */
  readonly etag: string;
  /** The `Link` header; empty without one. */
  readonly link: string;
  /** The snapshot in PostgreSQL's text form, from the statement that read the body. */
  readonly snapshot: string;
  /** The incarnation of the database in which the snapshot is valid, from the same statement. */
  readonly incarnation: string;
  readonly tags: readonly string[];
}

/** How long an entry may be served, counted from its read, in milliseconds. */
export interface Times {
  readonly ttlMs: number;
  /** The time past the ttl in which it is served while the cache refreshes it. */
  readonly staleMs: number;
  /** The time past the ttl in which it is served while no database server answers. */
  readonly rescueMs: number;
}

export type Bodies = { readonly identity: Buffer } & { [encoding in Exclude<Encoding, 'identity'>]?: Buffer };

export interface Entry extends Times {
  readonly status: ReadResult['status'];
  /** The cache adds each encoding once it is made. */
  readonly bodies: Bodies;
  readonly etag: string;
  readonly link: string;
  readonly tags: readonly string[];
  readonly snapshot: Snapshot;
  /** The follower's epoch before the read: snapshots of different epochs cannot be compared. */
  readonly epoch: string;
  /** Milliseconds since 1970. */
  readonly readAt: number;
  /** The follower's count of changes at which the entry was last found fresh. It stays in this process. */
  checkedAt: number;
  /** The number of times that this process has served it from memory since `takeReads`. */
  reads: number;
  /** Whether its body has no byte above 127; undefined before its first reply. It stays in this process. */
  isAscii: boolean | undefined;
  /** The headers that all of its replies have, made for the first one. They stay in this process. */
  headers: EntryHeaders | undefined;
}

/** Headers by encoding; `always` are those that a 304 has, too. */
export type EntryHeaders = Partial<Record<Encoding | 'always', Readonly<Record<string, string>>>>;

export interface Moment extends Times {
  readonly epoch: string;
  readonly readAt: number;
}

/** The body of an answer that is sent once: most leave as text, and its bytes are made only if they are wanted. */
class TextBodies implements Bodies {
  br?: Buffer;
  gzip?: Buffer;
  readonly #text: string;
  #identity: Buffer | undefined;

  constructor(text: string) {
    this.#text = text;
  }

  get identity(): Buffer {
    this.#identity ??= Buffer.from(this.#text);
    return this.#identity;
  }
}

/** @param isKept whether memory keeps the entry, which then needs bytes of its own. */
export function entryOf(reading: ReadResult, moment: Moment, isKept = true): Entry {
  // Each property by its name: to spread the two takes longer than all else here.
  return {
    status: reading.status,
    bodies: isKept ? { identity: ownBytes(reading.body) } : new TextBodies(reading.body),
    etag: reading.etag,
    link: reading.link,
    tags: reading.tags,
    snapshot: parseSnapshot(reading.snapshot),
    ttlMs: moment.ttlMs,
    staleMs: moment.staleMs,
    rescueMs: moment.rescueMs,
    epoch: moment.epoch,
    readAt: moment.readAt,
    checkedAt: UNCHECKED,
    reads: 0,
    isAscii: undefined,
    headers: undefined,
  };
}

const UNCHECKED = -1;

/** A copy of the bytes in memory of its own. */
export function ownBytes(bytes: Buffer | string): Buffer {
  const own = Buffer.allocUnsafeSlow(Buffer.byteLength(bytes));
  if (typeof bytes === 'string') own.write(bytes);
  else bytes.copy(own);
  return own;
}

/** The approximate number of bytes that an entry takes in memory. */
export function sizeOf({ bodies, tags }: Entry): number {
  const bytes = ENCODINGS.reduce((sum, encoding) => sum + (bodies[encoding]?.length ?? 0), 0);
  return tags.reduce((sum, tag) => sum + 2 * tag.length + TAG_BYTES, bytes + ENTRY_BYTES);
}

/** The bytes that V8 takes for the objects, as measured with small entries. */
const ENTRY_BYTES = 1000;
const TAG_BYTES = 40;

const FORMAT = 1;
const AT = { format: 0, status: 1, readAt: 3, ttl: 11, stale: 15, rescue: 19, parts: 23 };
/** No tag contains it: PostgreSQL stores no such character. */
const BETWEEN_TAGS = '\0';

export function encodeEntry(entry: Entry): Buffer {
  const snapshot = snapshotText(entry.snapshot);
  const texts = [entry.epoch, snapshot, entry.etag, entry.link, entry.tags.join(BETWEEN_TAGS)];
  const parts = [...texts.map((text) => Buffer.from(text)), ...ENCODINGS.map((encoding) => entry.bodies[encoding])];
  const header = Buffer.alloc(AT.parts);
  header.writeUInt8(FORMAT, AT.format);
  header.writeUInt16BE(entry.status, AT.status);
  header.writeDoubleBE(entry.readAt, AT.readAt);
  header.writeUInt32BE(entry.ttlMs, AT.ttl);
  header.writeUInt32BE(entry.staleMs, AT.stale);
  header.writeUInt32BE(entry.rescueMs, AT.rescue);
  return Buffer.concat([header, ...parts.flatMap((part = EMPTY) => [lengthOf(part), part])]);
}

/** @returns undefined for bytes that `encodeEntry` did not write. */
export function decodeEntry(bytes: Buffer): Entry | undefined {
  if (bytes.length < AT.parts || bytes.readUInt8(AT.format) !== FORMAT) return undefined;
  const parts = partsOf(ownBytes(bytes));
  if (!parts) return undefined;
  const [epoch = '', seen = '', etag = '', link = '', tags = ''] = parts.slice(0, TEXTS).map(String);
  const snapshot = readSnapshot(seen);
  if (!snapshot) return undefined;
  const [identity, gzip, br] = parts.slice(TEXTS) as [Buffer, Buffer, Buffer];
  return {
    status: bytes.readUInt16BE(AT.status) as ReadResult['status'],
    readAt: bytes.readDoubleBE(AT.readAt),
    ttlMs: bytes.readUInt32BE(AT.ttl),
    staleMs: bytes.readUInt32BE(AT.stale),
    rescueMs: bytes.readUInt32BE(AT.rescue),
    epoch,
    etag,
    link,
    snapshot,
    checkedAt: UNCHECKED,
    reads: 0,
    isAscii: undefined,
    headers: undefined,
    tags: tags === '' ? [] : tags.split(BETWEEN_TAGS),
    bodies: { identity, ...(gzip.length > 0 && { gzip }), ...(br.length > 0 && { br }) },
  };
}

const TEXTS = 5;
const PARTS = TEXTS + ENCODINGS.length;
const LENGTH_BYTES = 4;
const EMPTY = Buffer.alloc(0);

function lengthOf(part: Buffer): Buffer {
  const length = Buffer.alloc(LENGTH_BYTES);
  length.writeUInt32BE(part.length);
  return length;
}

function partsOf(bytes: Buffer): Buffer[] | undefined {
  const parts: Buffer[] = [];
  let at = AT.parts;
  while (parts.length < PARTS && at + LENGTH_BYTES <= bytes.length) {
    const from = at + LENGTH_BYTES;
    at = from + bytes.readUInt32BE(at);
    parts.push(bytes.subarray(from, at));
  }
  return parts.length === PARTS && at === bytes.length ? parts : undefined;
}
