/**
 * Sessions that several short reads share. Reads of one turn of the event loop go to as few sessions as their number
 * needs, each with a batch of them (`query-batch.ts`). If all sessions are in use, the reads wait, and the next free
 * session takes as many as a batch may have.
 *
 * A system call to a socket takes Node.js longer than everything else that it does for a short read, and PostgreSQL as
 * well. The price is that a read waits for those before it in its batch, so only reads that take little time may share.
 */
import { AsyncResource } from 'node:async_hooks';
import type pg from 'pg';
import type { SessionClient } from './session-client.ts';

export type Release = (error?: Error | boolean) => void;
export type Taken = (error: Error | undefined, client?: pg.PoolClient & SessionClient, release?: Release) => void;

/** The highest number of reads in a batch. */
const BATCH = 16;
const ROUNDING = 1e-6;

interface WaitingRead {
  readonly number: number;
  readonly take: Taken;
  readonly part: number;
}

/** The reads of one pool that share sessions. */
export class SharedSessions {
  readonly #connect: (taken: Taken) => void;
  /** A new connection must not belong to the request that happens to open it. */
  readonly #outside = new AsyncResource('SharedSessions', { requireManualDestroy: true });
  #waiting: WaitingRead[] = [];
  #reads = 0;
  #coming = 0;

  /** @param connect takes a session of the pool. */
  constructor(connect: (taken: Taken) => void) {
    this.#connect = connect;
  }

  /** The reads that wait for a session. */
  get waitingCount(): number {
    return this.#waiting.length;
  }

  /** The number of sessions that these reads wait for. */
  get comingCount(): number {
    return this.#coming;
  }

  /**
   * Calls `take` with a session, at the end of this turn of the event loop or once one is free. It releases its part.
   * @param part of a session, up to 1: reads whose parts are one together share it.
   */
  take(take: Taken, part: number): void {
    this.#reads += 1;
    if (this.#waiting.push({ number: this.#reads, take, part }) > 1) return;
    this.#outside.runInAsyncScope(() => setImmediate(() => this.#ask()));
  }

  #ask(): void {
    const last = this.#reads;
    // A pool that has ended fails a wait at once, and then fewer are needed.
    while (this.#coming < this.#needed()) {
      this.#coming += 1;
      this.#connect((error, session, release) => {
        if (session) this.#share(session, release!);
        else this.#fail(error!, last);
      });
    }
  }

  /** The number of sessions for the reads that wait. A sum of parts may be a little too large in its last digits. */
  #needed(): number {
    return Math.ceil(this.#waiting.reduce((sum, { part }) => sum + part, -ROUNDING));
  }

  #share(session: pg.PoolClient & SessionClient, release: Release): void {
    const batch = this.#waiting.splice(0, Math.min(BATCH, Math.ceil(this.#waiting.length / this.#coming)));
    this.#coming -= 1;
    if (batch.length > 0) shareOut(batch, session, release);
    else release();
    if (this.#waiting.length > 0) this.#ask();
  }

  /**
   * Fails as many reads as would have shared the session, the oldest first.
   * @param last the youngest read that waited when the wait for this session began.
   */
  #fail(error: Error, last: number): void {
    const old = this.#waiting.filter(({ number }) => number <= last);
    const failed = old.slice(0, Math.max(countWithin(old), Math.ceil(old.length / this.#coming)));
    this.#coming -= 1;
    this.#waiting = this.#waiting.slice(failed.length);
    for (const { take } of failed) take(error);
    if (this.#waiting.length > 0) this.#ask();
  }
}

/** How many of these reads fit into one session. */
function countWithin(reads: readonly WaitingRead[]): number {
  let sum = -ROUNDING;
  const beyond = reads.findIndex(({ part }) => {
    sum += part;
    return sum > 1;
  });
  return beyond < 0 ? reads.length : beyond;
}

/** The session is free again once each read of the batch has released its part. */
function shareOut(batch: readonly WaitingRead[], session: pg.PoolClient & SessionClient, release: Release): void {
  let unfinished = batch.length;
  let fault: Error | boolean | undefined;
  const releasePart: Release = (error) => {
    fault ||= error;
    unfinished -= 1;
    if (unfinished === 0) release(fault);
  };
  session.gather(() => {
    for (const { take } of batch) take(undefined, session, releasePart);
  });
}
