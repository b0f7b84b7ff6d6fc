/**
 * The connection that takes the place of another one whose life is over. It is opened while the other is still read, so
 * that nothing waits for it. If it cannot be opened, the other is kept for one more life, and tries are repeated.
 */
import type { SessionClient } from '../session/session-client.ts';

const RETRY_MS = 1000;

export class Successor {
  readonly #connect: () => Promise<SessionClient>;
  readonly #lifeMs: number;
  #client: SessionClient | undefined;
  #isConnecting = false;
  #isAbandoned = false;
  #triedAt = Number.NEGATIVE_INFINITY;

  /** @param lifeMs of the other connection, in milliseconds. */
  constructor(connect: () => Promise<SessionClient>, lifeMs: number) {
    this.#connect = connect;
    this.#lifeMs = lifeMs;
  }

  /** Whether the other connection must not be used any more; opens this one in time. @param openedAt the other one. */
  isDue(openedAt: number): boolean {
    const now = performance.now();
    const ageMs = now - openedAt;
    if (this.#client || ageMs > 2 * this.#lifeMs) return true;
    if (ageMs > this.#lifeMs && !this.#isConnecting && now - this.#triedAt > RETRY_MS) void this.#open(now);
    return false;
  }

  /** The connection, to be ended by its taker; none if it could not be opened. */
  take(): SessionClient | undefined {
    const client = this.#client;
    this.#client = undefined;
    return client;
  }

  /** Ends the connection unless it was taken. */
  abandon(): void {
    this.#isAbandoned = true;
    void this.#client?.end();
  }

  async #open(now: number): Promise<void> {
    this.#isConnecting = true;
    this.#triedAt = now;
    try {
      const client = await this.#connect();
      if (this.#isAbandoned) void client.end();
      else this.#client = client;
    } catch {
      // The other connection is still there, and the next try is soon.
    } finally {
      this.#isConnecting = false;
    }
  }
}
