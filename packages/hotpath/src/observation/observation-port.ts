/** The port between the code that reports events and the observer that gets them. */
import type pg from 'pg';
import type { ObservedEvent } from './observed-event.ts';

export interface Observer {
  /** Whether it wants the lines of code of statements, which cost a stack trace each. */
  readonly wantsLines: boolean;
  /** Whether it wants to know of a hit in memory. Most hits of a busy service are of no interest, and are not reported. */
  wantsHit(carrier: object | undefined): boolean;
  /** @param carrier what the asynchronous context of the request carries; undefined for what belongs to no request. */
  observe(event: ObservedEvent, carrier?: object): void;
}

/** One for a server. An observer may come and go while the server runs. */
export class ObservationPort {
  observer: Observer | undefined = undefined;
  /** The pools of the server whose statements are counted, the one that reads go through first. */
  readonly pools = new Set<pg.Pool>();
}
