/**
 * A span: one step of a traced request or job, with its time, its place in the trace and its attributes.
 *
 * A request that is not sampled has no spans, so the code that might make one calls `currentSpan()?.child(…)`, which costs
 * next to nothing without a span. A span is plain data until it ends; then the recorder gets it, once, and nothing changes it
 * afterwards.
 */
import { randomFillSync } from 'node:crypto';
import type { CommonAttributes } from './common-attributes.ts';
import type { Traceparent } from './traceparent.ts';

/** A span's kind, by the names of OpenTelemetry. */
export type Kind = 'internal' | 'server' | 'client' | 'producer' | 'consumer';
/** The library's own values are text, numbers and flags; OpenTelemetry's API takes the rest. */
export type AttributeValue =
  | string
  | number
  | boolean
  | null
  | Uint8Array
  | readonly (AttributeValue | undefined)[]
  | { readonly [name: string]: AttributeValue | undefined };
/** The attributes of a span, by name. */
export type Attributes = Record<string, AttributeValue | undefined>;

/** The parent of new spans: a span of the library, or one that an instrumentation has made. */
export interface Step extends Reference {
  /**
   * A step of this one that begins now. It may outlive it.
   * @param attributes the step's from now on, as all that a span is given.
   */
  child(name: string, kind?: Kind, attributes?: Attributes): Span;
}

export interface SpanEvent {
  readonly name: string;
  readonly at: number;
  readonly attributes: Attributes;
}

/** The ids by which others refer to a span. */
export interface Reference extends Pick<Traceparent, 'traceId' | 'spanId'> {
  /** Whether it has come from another process. */
  readonly isRemote?: boolean;
}

export interface SpanStart {
  readonly traceId: string;
  /** A new one without it. */
  readonly spanId?: string | undefined;
  readonly parentId?: string | undefined;
  readonly name: string;
  readonly kind: Kind;
  /** The span's from now on, which writes into them: made for it alone. */
  readonly attributes?: Attributes;
  /** By `performance.now()`; now, where it is not given. */
  readonly at?: number;
  /** Called once, when the span ends. */
  readonly record: (span: Span) => void;
}

/** Most spans get their attributes at the end and keep that object, without a copy. */
const NONE: Attributes = Object.freeze({});
/** Most spans have neither. */
const NO_EVENTS: readonly SpanEvent[] = Object.freeze([]);
const NO_LINKS: readonly Reference[] = Object.freeze([]);

export class Span implements Step {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentId: string | undefined;
  /** Whether it is a step of another process's. */
  readonly hasRemoteParent: boolean;
  name: string;
  readonly kind: Kind;
  /** The span owns them: the caller must not change an object that it has passed. */
  attributes: Attributes;
  /** Attributes that the span has beside these; none of them is in both. */
  common: CommonAttributes | undefined;
  /** By `performance.now()`, as all times of a span. */
  readonly startedAt: number;
  endedAt = Number.NaN;
  /** The failure, if there is one: a SQLSTATE, a code, a status. */
  failure: string | undefined;
  /** The description of the failure, if a team's own code gives one. */
  failureMessage: string | undefined;
  /** The moment 0 of its times, in milliseconds since 1970: one for all spans of a trace in this process. */
  readonly epoch: number;
  readonly #record: (span: Span) => void;
  #events: SpanEvent[] | undefined;
  #links: Reference[] | undefined;

  /** @param epoch its parent's, if that is of this process. */
  constructor(
    { traceId, spanId = newSpanId(), parentId, name, kind, attributes = NONE, at, record }: SpanStart,
    epoch?: number,
  ) {
    this.traceId = traceId;
    this.spanId = spanId;
    this.parentId = parentId;
    this.hasRemoteParent = parentId !== undefined && epoch === undefined;
    this.name = name;
    this.kind = kind;
    this.attributes = attributes;
    this.startedAt = at ?? performance.now();
    this.epoch = epoch ?? clockEpoch();
    this.#record = record;
  }

  child(name: string, kind: Kind = 'internal', attributes: Attributes = NONE): Span {
    const { traceId, spanId: parentId } = this;
    return new Span({ traceId, parentId, name, kind, attributes, record: this.#record }, this.epoch);
  }

  set(attributes: Attributes): void {
    if (this.hasEnded) return;
    if (this.attributes === NONE) this.attributes = attributes;
    else Object.assign(this.attributes, attributes);
  }

  /** @param at by `performance.now()`. */
  event(name: string, attributes: Attributes = NONE, at = performance.now()): void {
    if (this.hasEnded) return;
    this.#events ??= [];
    this.#events.push({ name, at, attributes });
  }

  link(to: Reference): void {
    if (this.hasEnded) return;
    this.#links ??= [];
    this.#links.push(to);
  }

  /** @param type a name with few values, not a message, which may hold a client's input. */
  fail(type: string): void {
    if (this.hasEnded) return;
    this.failure = type;
    this.set({ 'error.type': type });
  }

  /**
   * Only the first end counts.
   * @param common attributes that other spans have alike; none of them is in `attributes`.
   */
  end(attributes?: Attributes, common?: CommonAttributes): void {
    if (this.hasEnded) return;
    // One that the span has already would be there twice.
    if (this.attributes === NONE) this.common = common;
    else if (common) this.set(common.values);
    if (attributes) this.set(attributes);
    this.endedAt = performance.now();
    this.#record(this);
  }

  get events(): readonly SpanEvent[] {
    return this.#events ?? NO_EVENTS;
  }

  get links(): readonly Reference[] {
    return this.#links ?? NO_LINKS;
  }

  get hasEnded(): boolean {
    return !Number.isNaN(this.endedAt);
  }
}

/** The moment 0 of `performance.now()`, in milliseconds since 1970. It moves when the clock is set. */
export const clockEpoch = (): number => Date.now() - performance.now();

/** 32 hexadecimal digits. */
export const newTraceId = (): string => randomDigits(16);

/** 16 hexadecimal digits. */
export const newSpanId = (): string => randomDigits(8);

/** Randomness by the page: every request takes some. */
const page = Buffer.alloc(4096);
let taken = page.length;

function randomDigits(bytes: number): string {
  if (taken + bytes > page.length) {
    randomFillSync(page);
    taken = 0;
  }
  taken += bytes;
  return page.toString('hex', taken - bytes, taken);
}
