/** The upkeep of the log: a follower deletes the rows that no follower needs any more, now and then. */
import { READ_ONLY, sqlstateOf } from '../session/error-codes.ts';
import type { SessionClient } from '../session/session-client.ts';
import { trimLog } from './log.ts';

const TRIMMED_ROWS = 2_000;

export interface LogUpkeepOptions {
  /** How long a row is kept, in milliseconds. */
  readonly windowMs: number;
  /** From one time to the next, in milliseconds. */
  readonly upkeepMs: number;
}

export class LogUpkeep {
  readonly #options: LogUpkeepOptions;
  #trimmedAt = performance.now();

  constructor(options: LogUpkeepOptions) {
    this.#options = options;
  }

  /** Deletes some rows if it is time to, and the server takes writes. If there are more, the next call goes on. */
  async trim(client: SessionClient): Promise<void> {
    const { windowMs, upkeepMs } = this.#options;
    if (client.isReadOnly || performance.now() - this.#trimmedAt < upkeepMs) return;
    const trimmed = await trimLog(client, windowMs, TRIMMED_ROWS).catch((error: unknown) => {
      if (sqlstateOf(error) === READ_ONLY) return 0;
      throw error;
    });
    if (trimmed < TRIMMED_ROWS) this.#trimmedAt = performance.now();
  }
}
