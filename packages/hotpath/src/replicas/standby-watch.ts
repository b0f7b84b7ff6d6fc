/**
 * The watch of one standby: a connection of its own, on which it asks again and again how far the standby is. A standby that
 * does not answer in time is away: it has stopped, restarts, hangs, or cannot be reached. The watch tries it again, with
 * growing pauses.
 */
import type pg from 'pg';
import { READ_AT_ON_STANDBY } from '../compile/sql/read-at.ts';
import { Backoff } from '../freshness/backoff.ts';
import { Rest } from '../freshness/rest.ts';
import { SessionClient } from '../session/session-client.ts';

/** From one probe to the next, while the standby is read and while it is not; and how long an answer may take. */
const PACE = {
  probeMs: 100,
  idleProbeMs: 1000,
  idleAfterMs: 10_000,
  patienceMs: 500,
  firstRetryMs: 100,
  lastRetryMs: 5000,
};

/** The result of a probe. */
export interface StandbyProbe {
  /** The transactions that the standby certainly sees. */
  readonly snapshot: string;
  /** The life that it has replayed, and its own start. */
  readonly incarnation: string;
  /** The place up to which it has replayed the write-ahead log. */
  readonly replayed: string;
}

export interface StandbyWatchOptions {
  readonly connection: pg.ClientConfig;
  readonly onProbe: (probe: StandbyProbe) => void;
  readonly onAway: (error: unknown) => void;
}

export class StandbyWatch {
  readonly #options: StandbyWatchOptions;
  readonly #rest = new Rest();
  readonly #backoff = new Backoff(PACE.firstRetryMs, PACE.lastRetryMs);
  readonly #watching: Promise<void>;
  /** The oldest first. */
  readonly #waiting: (() => void)[] = [];
  #touchedAt = performance.now();
  #isClosed = false;

  constructor(options: StandbyWatchOptions) {
    this.#options = options;
    this.#watching = this.#watch();
  }

  /** Says that the standby is read, so that it is probed often. */
  touch(): void {
    this.#touchedAt = performance.now();
  }

  /** Probes at once. */
  wake(): void {
    this.#rest.end();
  }

  /** Resolves after a probe that is sent from now on, or when the standby is found to be away. */
  probe(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waiting.push(resolve);
    this.#rest.end();
    return promise;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#rest.end();
    await this.#watching;
    this.#answer(this.#waiting.length);
  }

  async #watch(): Promise<void> {
    while (!this.#isClosed) {
      const client = this.#newClient();
      try {
        await client.connect();
        await this.#probeOn(client);
      } catch (error) {
        this.#answer(this.#waiting.length);
        if (this.#isClosed) return;
        this.#options.onAway(error);
        await this.#rest.for(this.#backoff.next());
      } finally {
        client.breakOff();
      }
    }
  }

  async #probeOn(client: SessionClient): Promise<void> {
    while (!this.#isClosed) {
      const waiting = this.#waiting.length;
      const probe = await probeOn(client);
      this.#backoff.reset();
      this.#options.onProbe(probe);
      this.#answer(waiting);
      if (this.#isClosed) return;
      if (this.#waiting.length > 0) continue;
      const isIdle = performance.now() - this.#touchedAt > PACE.idleAfterMs;
      await this.#rest.for(isIdle ? PACE.idleProbeMs : PACE.probeMs);
    }
  }

  /** @param many the number of callers, the oldest first. */
  #answer(many: number): void {
    for (const done of this.#waiting.splice(0, many)) done();
  }

  #newClient(): SessionClient {
    const client = new SessionClient({
      ...this.#options.connection,
      isStandby: true,
      application_name: 'hotpath standby watch',
      connectionTimeoutMillis: PACE.patienceMs,
    });
    client.on('error', () => {});
    // The server may have been another one since.
    client.on('end', () => this.wake());
    return client;
  }
}

/** @throws the error of a connection that is broken, or that gave no answer in time. */
async function probeOn(client: SessionClient): Promise<StandbyProbe> {
  let isAnswered = false;
  // If this process was too busy to see the answer, the answer is there by now, and is looked at first.
  const timer = setTimeout(() => setImmediate(() => isAnswered || client.breakOff()), PACE.patienceMs);
  try {
    const { rows } = await client.query<StandbyProbe>(`SELECT ${READ_AT_ON_STANDBY}`);
    return rows[0]!;
  } finally {
    isAnswered = true;
    clearTimeout(timer);
  }
}
