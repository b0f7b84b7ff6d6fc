/**
 * A pool of session clients. A spent connection does not return to it. Once a server has turned read-only, every older
 * connection may lead to it, so the pool replaces each before its next use.
 */
import pg from 'pg';
import { processIdOf } from './pg-internals.ts';
import { SessionClient, type SessionClientConfig } from './session-client.ts';
import { complaintAbout, READ_STATE, type SessionState, schemaOf } from './settings.ts';
import { type Release, SharedSessions, type Taken } from './shared-sessions.ts';
import { inItsWork, outsideWork } from './trailing-reads.ts';

/** The shortest time between two replacements of the pool's connections, even if writes keep failing. */
const REPLACE_EVERY_MS = 5000;

/** The configuration of a pool: `pg`'s own. */
export interface SessionPoolConfig extends pg.PoolConfig, Pick<SessionClientConfig, 'isStandby'> {
  readonly Client?: typeof SessionClient;
}

/** A pool of `pg` whose sessions have the settings that compiled reads depend on. */
export class SessionPool extends pg.Pool {
  readonly #shared: SharedSessions = new SharedSessions((taken) => this.#take(taken));
  #replacedAt = Number.NEGATIVE_INFINITY;
  #replacements = 0;

  constructor(config: SessionPoolConfig) {
    super({ Client: SessionClient, ...config } as pg.PoolConfig);
  }

  override connect(): Promise<pg.PoolClient>;
  override connect(callback: (...args: never[]) => void): void;
  override connect(callback?: (...args: never[]) => void): Promise<pg.PoolClient> | undefined {
    if (callback) {
      this.#take(inItsWork(callback as Taken));
      return undefined;
    }
    return new Promise((resolve, reject) => {
      this.#take((error, client) => (client ? resolve(client) : reject(error)));
    });
  }

  /**
   * Takes a session as `connect` does, for one short read: other such reads may use the session at the same time.
   * @param part of a session, up to 1: reads whose parts are one together share it.
   */
  share(callback: Taken, part: number): void {
    this.#shared.take(callback, part);
  }

  /** The number of callers that wait for a session, each read that is to share one included. */
  get waitingCallers(): number {
    const others = Math.max(0, this.waitingCount - this.#shared.comingCount);
    return others + this.#shared.waitingCount;
  }

  /** From now on the pool does not use connections that were opened before a time of `performance.now()`. */
  replaceOlderThan(time: number): void {
    this.#replacedAt = Math.max(this.#replacedAt, time);
    this.#replacements += 1;
  }

  /** The number of replacements so far. */
  get replacements(): number {
    return this.#replacements;
  }

  /** One sentence on the fault of a session's settings, with its remedy. One statement. */
  async complaint(): Promise<string | undefined> {
    const client = await this.connect();
    try {
      const { rows } = await client.query<SessionState>(READ_STATE);
      const schema = schemaOf(this.options.connectionString);
      return complaintAbout(rows[0]!, { schema, processId: processIdOf(client)! });
    } finally {
      client.release();
    }
  }

  #take(callback: Taken): void {
    const taken = (error: Error | undefined, client: pg.PoolClient | undefined, release: Release) => {
      if (!client) return callback(error, undefined, release);
      const session = client as pg.PoolClient & SessionClient;
      if (session.isSpent || session.openedAt < this.#replacedAt) {
        release(true);
        return this.#take(callback);
      }
      session.release = (fault) => {
        if (session.hasTurnedReadOnly) this.#replaceAll();
        release(fault || session.isSpent);
      };
      callback(undefined, session, session.release);
    };
    outsideWork(() => super.connect(taken));
  }

  #replaceAll(): void {
    const now = performance.now();
    if (now - this.#replacedAt > REPLACE_EVERY_MS) this.#replacedAt = now;
  }
}
