/**
 * The tap of a server: keeps the GET requests of the last seconds while a recorder polls it, bounded. It closes itself 10
 * seconds after the last poll. A closed tap costs each request one look at `isOpen`.
 */
import { randomUUID } from 'node:crypto';
import { Ring, type Ringed } from '../inspector/ring.ts';

/** A request as the tap keeps it. */
export interface TappedRequest extends Ringed {
  /** Path and query; empty if the request is left out. */
  readonly path: string;
  readonly route: string;
  /** Undefined for the public. */
  readonly viewer: { readonly role: string; readonly subject: string } | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly status: number;
  readonly ms: number;
  readonly statements: number;
  /** Why the recording cannot have the request; undefined if it can. */
  readonly leftOut: LeftOutReason | undefined;
}

/** A parameter carries a secret, or the request has credentials of a viewer that the server does not know. */
export type LeftOutReason = 'secret' | 'credentials';

/** The requests since a place. */
export interface TappedTraffic {
  /** Names the process, whose requests count from 0. */
  readonly instance: string;
  /** The place after these requests. */
  readonly next: number;
  /** Requests that the bounds of the tap have lost since the place. */
  readonly lost: number;
  /** Whether there are more. */
  readonly hasMore: boolean;
  /** The clock of the process, in milliseconds since 1970. */
  readonly now: number;
  readonly requests: readonly TappedRequest[];
}

const BOUNDS = { requests: 20_000, bytes: 16 * 1024 * 1024, ageMs: 60_000 };
const OPEN_MS = 10_000;
const LONGEST_REPLY = 2000;
/** Of memory, for a request without its path and headers. */
const REQUEST_BYTES = 300;

export class TrafficTap {
  /** Whether a recorder polls. */
  isOpen = false;
  /** The names of the request headers that recorders want, in lower case. */
  headers: readonly string[] = [];
  readonly instance = randomUUID();
  #ring: Ring<TappedRequest> | undefined;
  #next = 0;
  #timer: NodeJS.Timeout | undefined;

  add(request: Omit<TappedRequest, 'id' | 'keptBytes'>): void {
    const { path, headers } = request;
    const text = Object.entries(headers).reduce((sum, [name, value]) => sum + name.length + value.length, path.length);
    this.#ring?.push({ ...request, id: this.#next, keptBytes: REQUEST_BYTES + 2 * text });
    this.#next += 1;
  }

  /**
   * The requests from a place on, the oldest first. Opens the tap, and keeps it open.
   * @param from the `next` of the reply before; undefined for all requests that the tap keeps.
   */
  poll(from: number | undefined, headers: readonly string[]): TappedTraffic {
    this.#open(headers);
    const ring = this.#ring!;
    // Forgets the requests that are too old.
    ring.newest().next();
    const oldest = this.#next - ring.count;
    const start = Math.min(Math.max(from ?? oldest, oldest), this.#next);
    const next = Math.min(start + LONGEST_REPLY, this.#next);
    const requests = Array.from({ length: next - start }, (_, index) => ring.find(start + index)!);
    const lost = from === undefined ? 0 : Math.max(0, start - from);
    return { instance: this.instance, next, lost, hasMore: next < this.#next, now: Date.now(), requests };
  }

  close(): void {
    clearTimeout(this.#timer);
    this.isOpen = false;
    this.headers = [];
    this.#ring = undefined;
  }

  #open(headers: readonly string[]): void {
    this.#ring ??= new Ring(BOUNDS);
    this.headers = [...new Set([...this.headers, ...headers])];
    this.isOpen = true;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.close(), OPEN_MS).unref();
  }
}
