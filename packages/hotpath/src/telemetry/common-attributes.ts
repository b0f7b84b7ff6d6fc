/**
 * Attributes that many spans have alike, such as the route and the status of a request: one object for all of these spans.
 * They are made once, and the writer of Protocol Buffers encodes them once.
 */
import type { Attributes } from './span.ts';

export class CommonAttributes {
  readonly values: Readonly<Attributes>;
  /** As the writer has encoded them; undefined before the first span leaves. */
  encoded: Uint8Array | undefined;

  constructor(values: Readonly<Attributes>) {
    this.values = Object.freeze(values);
  }
}
