/** The details of one request: what was observed while it was answered, bounded. */
import type {
  CacheAsked,
  ConnectionAwaited,
  EntryOutdated,
  RedisAsked,
  StatementEnded,
} from '../observation/observed-event.ts';
import type { LogLine } from './log-tap.ts';
import { tagWithoutValue, urlWithoutSecrets } from './secrets.ts';
import { withoutLiterals } from './shown-values.ts';
import type { TextPool } from './text-pool.ts';

/** A statement as it is kept. One that writes, and what clients sent with it, is kept without values. */
export interface KeptStatement extends Omit<StatementEnded, 'kind' | 'values' | 'lines'> {
  /** Of the application's own code, the nearest first; empty before the request has ended. */
  readonly lines: readonly string[];
  /** Undefined where they are not kept, because the statement writes or they are large. */
  readonly values: readonly unknown[] | undefined;
  /** Whether the text is as it was sent: it is not cut, and no literal was taken out of it. */
  readonly isVerbatim: boolean;
}

/** How statements are kept. */
export interface Keeping {
  readonly texts: TextPool;
  readonly keepsValues: boolean;
}

/** An answer of the cache as it is kept, without its body. */
export interface KeptAnswer extends Omit<CacheAsked, 'kind' | 'entry'> {
  readonly tags: readonly string[];
  readonly tagCount: number;
  readonly snapshot: string;
  readonly readAt: number;
  readonly ttlMs: number;
  readonly bodyBytes: number;
  /** When the entry that was kept before was thrown out to make room; milliseconds since 1970. */
  readonly evictedAt: number | undefined;
}

const MOST_STATEMENTS = 200;
const MOST_OTHERS = 50;
const MOST_LINES_OF_LOG = 100;
const MOST_TAGS = 30;
const MOST_FRAMES = 12;
/** The values of a statement are kept if they take no more, in bytes. */
const MOST_VALUE_BYTES = 4096;
/** The bytes of an object with a few fields. */
const OBJECT_BYTES = 160;

export class Trail {
  readonly statements: KeptStatement[] = [];
  readonly waits: ConnectionAwaited[] = [];
  readonly answers: KeptAnswer[] = [];
  readonly outdated: EntryOutdated[] = [];
  readonly commands: RedisAsked[] = [];
  readonly logs: LogLine[] = [];
  /** Where the lines of each statement come from. */
  #lines: StatementEnded['lines'][] = [];
  /** Events that are not kept because there were too many. */
  left = 0;
  bytes = OBJECT_BYTES;

  addStatement({ kind: _, values, lines, ...rest }: StatementEnded, { texts, keepsValues }: Keeping): void {
    if (!this.#hasRoom(this.statements, MOST_STATEMENTS)) return;
    const mayKeep = keepsValues && isRead(rest.text);
    const text = texts.keep(mayKeep ? rest.text : withoutLiterals(rest.text));
    const isVerbatim = text === rest.text;
    const size = sizeOfValues(values);
    const isKept = mayKeep && size <= MOST_VALUE_BYTES;
    this.statements.push({ ...rest, text, lines: [], isVerbatim, values: isKept ? values : undefined });
    this.#lines.push(lines);
    this.bytes += OBJECT_BYTES + text.length + (isKept ? size : 0);
  }

  addAnswer({ kind: _, entry, ...rest }: CacheAsked, evictedAt: number | undefined): void {
    if (!this.#hasRoom(this.answers, MOST_OTHERS)) return;
    const { tags: all, snapshot, readAt, ttlMs, bodies } = entry;
    const tags = all.slice(0, MOST_TAGS).map(tagWithoutValue);
    const { xmin, xmax, xip } = snapshot;
    const kept = { tags, tagCount: all.length, snapshot: `${xmin}:${xmax}:${xip.join(',')}`, readAt, ttlMs, evictedAt };
    const key = urlWithoutSecrets(rest.key);
    this.answers.push({ ...rest, ...kept, key, bodyBytes: bodies.identity.length });
    this.bytes += OBJECT_BYTES + key.length + tags.reduce((sum, tag) => sum + tag.length, 0);
  }

  addOutdated(event: EntryOutdated): void {
    if (!this.#hasRoom(this.outdated, MOST_OTHERS)) return;
    const culprits = event.culprits.slice(0, MOST_TAGS).map(({ tag, xid }) => {
      return { tag: tag === undefined ? undefined : tagWithoutValue(tag), xid };
    });
    this.outdated.push({ ...event, key: urlWithoutSecrets(event.key), culprits });
    this.bytes += OBJECT_BYTES * (1 + Math.min(MOST_TAGS, event.culprits.length));
  }

  addWait(event: ConnectionAwaited): void {
    if (this.#hasRoom(this.waits, MOST_OTHERS)) this.waits.push(event);
  }

  addCommand(event: RedisAsked): void {
    if (this.#hasRoom(this.commands, MOST_OTHERS)) this.commands.push(event);
  }

  addLog(line: LogLine): void {
    if (!this.#hasRoom(this.logs, MOST_LINES_OF_LOG)) return;
    this.logs.push(line);
    this.bytes += line.text.length + (line.error?.length ?? 0);
  }

  /** Takes the lines of the statements, which are all known at the end of the request. */
  takeLines({ texts }: Keeping): void {
    this.#lines.forEach((lines, at) => {
      const kept = lines().slice(0, MOST_FRAMES);
      this.statements[at] = { ...this.statements[at]!, lines: kept.map((line) => texts.keep(line)) };
    });
    this.#lines = [];
  }

  /** Takes the path out of the keys, which begin with it. The router knows its secrets only when the request has ended. */
  replacePath(path: string, shown: string): void {
    if (path === shown) return;
    for (const list of [this.answers, this.outdated]) {
      list.forEach((kept, at) => {
        if (kept.key.startsWith(path)) list[at] = { ...kept, key: shown + kept.key.slice(path.length) };
      });
    }
  }

  #hasRoom(list: readonly unknown[], most: number): boolean {
    if (list.length < most) {
      this.bytes += OBJECT_BYTES;
      return true;
    }
    this.left += 1;
    return false;
  }
}

/** A comment ends at its first end: an expression that may go on behind it takes time exponential in the comments. */
export const BEFORE_VERB = '^(?:\\s|--[^\\n]*\\n|/\\*(?:[^*]|\\*(?!/))*\\*/|\\()*';
const READ = new RegExp(`${BEFORE_VERB}(?:select|with|values|table)\\b`, 'i');

/** Whether a statement reads, judged by its first word. EXPLAIN runs it in a read-only transaction. */
export const isRead = (text: string): boolean => READ.test(text);

function sizeOfValues(values: readonly unknown[]): number {
  let size = 0;
  for (const value of values) {
    size += sizeOfValue(value);
    if (size > MOST_VALUE_BYTES) break;
  }
  return size;
}

function sizeOfValue(value: unknown): number {
  if (typeof value === 'string') return value.length;
  if (Array.isArray(value)) return sizeOfValues(value);
  if (Buffer.isBuffer(value) || ArrayBuffer.isView(value)) return value.byteLength;
  if (value instanceof Date || typeof value !== 'object' || value === null) return 8;
  return MOST_VALUE_BYTES + 1;
}
