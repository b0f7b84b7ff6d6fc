/** The recorder: observes a server, and keeps its last requests with what was observed of them. All in memory, bounded. */
import { LRUCache } from 'lru-cache';
import type { Observer } from '../observation/observation-port.ts';
import type { CacheAsked, JobEnded, ObservedEvent } from '../observation/observed-event.ts';
import { INSPECTOR_BOUNDS, type InspectorBounds } from './bounds.ts';
import { ChangeLog } from './change-log.ts';
import type { LogLine } from './log-tap.ts';
import type { RequestRecord, SeenRequest } from './request-record.ts';
import { Ring } from './ring.ts';
import { TextPool } from './text-pool.ts';
import { type Keeping, Trail } from './trail.ts';

const MOST_JOBS = 200;
/** Of memory, for the keys of entries that were thrown out. */
const EVICTED_BYTES = 1024 * 1024;
/** The bytes of a record without its URL, its headers and its details. */
const RECORD_BYTES = 400;
const HEADER_BYTES = 60;
const WARNING = 40;

export interface RecorderOptions extends Partial<InspectorBounds> {
  /** Keeps the lines of code of statements; costs a stack trace a statement. On without it. */
  readonly wantsLines?: boolean;
  /** Keeps the values of statements that read, for EXPLAIN and for the page, which shows them on request. True by default. */
  readonly keepsValues?: boolean;
}

/** An event that belongs to a request. */
type StepEvent = Exclude<ObservedEvent, { readonly kind: 'evicted' | 'changes' | 'job' }>;

export class Recorder implements Observer {
  readonly wantsLines: boolean;
  readonly requests: Ring<RequestRecord>;
  readonly changes = new ChangeLog();
  /** The last tries of jobs in this process, the oldest first. */
  readonly jobs: JobEnded[] = [];
  /** Requests so far, with those that are forgotten and those without a record. */
  seen = 0;
  #nextId = 0;
  readonly #trails = new WeakMap<object, Trail>();
  readonly #keeping: Keeping;
  readonly #evicted = new LRUCache<string, number>({
    maxSize: EVICTED_BYTES,
    sizeCalculation: (_at, key) => 1 + 2 * key.length,
  });
  readonly #detailsPerSecond: number;
  #second = -1;
  #detailsLeft = 0;

  constructor({ wantsLines = true, keepsValues = true, ...bounds }: RecorderOptions = {}) {
    const { detailsPerSecond, ...ring } = { ...INSPECTOR_BOUNDS, ...bounds };
    this.wantsLines = wantsLines;
    this.#keeping = { texts: new TextPool(), keepsValues };
    this.requests = new Ring(ring);
    this.#detailsPerSecond = detailsPerSecond;
  }

  /** The id of the newest record; -1 before the first. */
  get lastId(): number {
    return this.#nextId - 1;
  }

  wantsHit(carrier: object | undefined): boolean {
    if (!carrier) return false;
    if (this.#trails.has(rootOf(carrier))) return true;
    if (!this.#takeDetail()) return false;
    this.#trailOf(carrier);
    return true;
  }

  observe(event: ObservedEvent, carrier?: object): void {
    if (event.kind === 'evicted') this.#evicted.set(event.key, Date.now());
    else if (event.kind === 'changes') this.changes.learn(event);
    else if (event.kind === 'job') this.#observeJob(event);
    else if (carrier) this.#observeStep(event, carrier);
    else if (event.kind === 'outdated') this.changes.blame(event);
  }

  /** A line of the log of a request. A warning is worth the details of its request, any other only if it has them. */
  addLog(line: LogLine, carrier: object | undefined): void {
    if (!carrier) return;
    const trail = line.level >= WARNING ? this.#trailOf(carrier) : this.#trails.get(rootOf(carrier));
    trail?.addLog(line);
  }

  /** The details of a request so far. */
  trailOf(carrier: object | undefined): Trail | undefined {
    return carrier && this.#trails.get(carrier);
  }

  /** Keeps a request that has ended. */
  add(seen: SeenRequest, carrier: object | undefined): void {
    const trail = this.trailOf(carrier);
    trail?.takeLines(this.#keeping);
    const id = this.#nextId;
    this.#nextId += 1;
    this.seen += 1 + seen.unlisted;
    const headers = countOf(seen.requestHeaders) + countOf(seen.replyHeaders);
    const keptBytes = RECORD_BYTES + 2 * seen.url.length + HEADER_BYTES * headers + (trail?.bytes ?? 0);
    this.requests.push({ ...seen, id, keptBytes, trail });
  }

  /** Forgets everything. */
  clear(): void {
    this.requests.clear();
    this.changes.clear();
    this.jobs.length = 0;
  }

  #observeStep(event: StepEvent, carrier: object): void {
    if (event.kind === 'outdated') this.changes.blame(event);
    if (event.kind === 'cache') this.#observeAnswer(event, carrier);
    else if (event.kind === 'statement') this.#trailOf(carrier).addStatement(event, this.#keeping);
    else if (event.kind === 'connection') this.#trailOf(carrier).addWait(event);
    else if (event.kind === 'redis') this.#trailOf(carrier).addCommand(event);
    else this.#trailOf(carrier).addOutdated(event);
  }

  #observeAnswer(event: CacheAsked, carrier: object): void {
    const isQuick = event.tier === 'l1' && event.outcome === 'hit' && !this.#trails.has(rootOf(carrier));
    if (isQuick && !this.#takeDetail()) return;
    const evictedAt = event.reason === 'nothing' ? this.#evicted.get(event.key) : undefined;
    this.#trailOf(carrier).addAnswer(event, evictedAt);
  }

  #observeJob(event: JobEnded): void {
    this.jobs.push(event);
    if (this.jobs.length > MOST_JOBS) this.jobs.shift();
  }

  #trailOf(carrier: object): Trail {
    const root = rootOf(carrier);
    let trail = this.#trails.get(root);
    if (!trail) {
      trail = new Trail();
      this.#trails.set(root, trail);
    }
    return trail;
  }

  /** Whether one more answer from memory is kept with its details in this second. */
  #takeDetail(): boolean {
    const second = Math.floor(Date.now() / 1000);
    if (second !== this.#second) {
      this.#second = second;
      this.#detailsLeft = this.#detailsPerSecond;
    }
    if (this.#detailsLeft <= 0) return false;
    this.#detailsLeft -= 1;
    return true;
  }
}

/** The carrier of the request, from the carrier of one of its steps. */
function rootOf(carrier: object): object {
  let root = carrier as { readonly around?: object | undefined };
  while (root.around) root = root.around;
  return root;
}

const countOf = (headers: object | undefined): number => (headers ? Object.keys(headers).length : 0);
