/**
 * The hunt for stale answers in any service built on the engine, from outside.
 *
 * Nothing is known of what the pages show, so a cached answer is compared with answers that the service reads past its
 * cache (`Consistency-Token: none`): one more than the bound before it, one after it. If these two agree, the page was
 * the same all the time, and a cached answer that differs is stale. If they differ, the page changed meanwhile, and
 * nothing can be said of this sample. A page that changes and changes back in between is mistaken for a stale one.
 */
import { setTimeout as rest } from 'node:timers/promises';
import pg from 'pg';
import { createClient, type Reply } from '../client.ts';
import { withoutId } from '../readers.ts';
import { findPages } from './find-pages.ts';

export interface HuntOptions {
  /** The address of the service, without a slash at its end. */
  readonly base: string;
  /** If there are none, the pages of the service's API document. */
  readonly paths: readonly string[];
  readonly headers: Readonly<Record<string, string>>;
  /** Where `writes` are run, and changes are counted. */
  readonly databaseUrl?: string | undefined;
  /** Statements, one before each sample, in turn. */
  readonly writes: readonly string[];
  readonly seconds: number;
  readonly boundMs: number;
}

/** A cached answer that differs from what the database answered all the time. */
export interface StaleAnswer {
  readonly path: string;
  readonly cached: Reply;
  readonly uncached: Reply;
  /** From the answer past the cache to the request of the cached one, in milliseconds. */
  readonly afterMs: number;
  /** Whether an earlier cached answer was newer. */
  readonly isBackward: boolean;
}

export interface HuntOutcome {
  readonly paths: readonly string[];
  /** Cached answers that were compared, and those of them that a cache answered. */
  compared: number;
  hits: number;
  /** Samples in which the page changed. */
  undecided: number;
  written: number;
  /** Rows that were changed in the database meanwhile, by any client; nothing without a database. */
  rows: number | undefined;
  readonly differences: StaleAnswer[];
  readonly failures: string[];
  /** From a write to the start of the latest cached read that did not show it, in milliseconds. */
  readonly delays: number[];
}

/** The service cannot be hunted in; the message says why. */
export class HuntError extends Error {
  override readonly name = 'HuntError';
}

/** A token that names no snapshot: the read goes past the cache. */
const PAST = 'none';

/** @throws {HuntError} if there are no pages, the service does not read past its cache, or the database cannot be reached. */
export async function hunt(options: HuntOptions): Promise<HuntOutcome> {
  await using stack = new AsyncDisposableStack();
  const database = options.databaseUrl === undefined ? undefined : await connect(stack, options.databaseUrl);
  const client = stack.adopt(createClient(), (each) => each.close());
  const paths = options.paths.length > 0 ? options.paths : await findPages({ ...options, ask: client.ask });
  if (paths.length === 0) {
    throw new HuntError('The service has no /openapi.json with pages that a cache answers: name pages by --path.');
  }
  const hunter = new Hunter({ ...options, paths }, client, database);
  const before = await rowsChanged(database);
  const endAt = performance.now() + 1000 * options.seconds;
  do {
    for (const path of paths) await hunter.sample(path);
  } while (performance.now() < endAt);
  const after = await rowsChanged(database);
  return { ...hunter.outcome, rows: before === undefined || after === undefined ? undefined : after - before };
}

async function connect(stack: AsyncDisposableStack, connectionString: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString });
  client.on('error', () => {});
  await client.connect().catch((error: Error) => {
    throw new HuntError(`The database cannot be reached: ${error.message || String(error)}`);
  });
  return stack.adopt(client, (each) => each.end());
}

/** As the database's statistics have it, which are late by about a second. */
async function rowsChanged(database: pg.Client | undefined): Promise<number | undefined> {
  const { rows } = (await database?.query<{ changed: string }>(
    `SELECT tup_inserted + tup_updated + tup_deleted AS "changed" FROM pg_stat_database
     WHERE datname = current_database()`,
  )) ?? { rows: [] };
  return rows[0] && Number(rows[0].changed);
}

interface Timed extends Reply {
  readonly sentAt: number;
  readonly answeredAt: number;
}

class Hunter {
  readonly outcome: HuntOutcome;
  readonly #options: HuntOptions;
  readonly #client: ReturnType<typeof createClient>;
  readonly #database: pg.Client | undefined;

  constructor(options: HuntOptions, client: ReturnType<typeof createClient>, database: pg.Client | undefined) {
    this.#options = options;
    this.#client = client;
    this.#database = database;
    this.outcome = {
      paths: options.paths,
      ...{ compared: 0, hits: 0, undecided: 0, written: 0, rows: undefined },
      ...{ differences: [], failures: [], delays: [] },
    };
  }

  async sample(path: string): Promise<void> {
    const held = await this.#ask(path);
    const writtenAt = await this.#write();
    const before = await this.#askPast(path);
    if (!held || !before) return;
    const isChanged = writtenAt !== undefined && !isSame(held, before);
    const hasSeen = isChanged && (await this.#lookFor(path, before, writtenAt));
    const { boundMs } = this.#options;
    await rest(Math.max(0, before.answeredAt + boundMs + 1 - performance.now()));
    const cached = await this.#ask(path);
    const after = await this.#askPast(path);
    if (!cached || !after) return;
    this.#compare({ path, before, cached, after, hasSeen });
  }

  #compare({ path, before, cached, after, hasSeen }: Sample): void {
    if (!isSame(before, after)) {
      this.outcome.undecided += 1;
      return;
    }
    this.outcome.compared += 1;
    if (isHit(cached)) this.outcome.hits += 1;
    if (isSame(cached, after)) return;
    const afterMs = cached.sentAt - before.answeredAt;
    this.outcome.differences.push({ path, cached, uncached: after, afterMs, isBackward: hasSeen });
  }

  /** @returns when the statement had been committed; nothing if there is none. */
  async #write(): Promise<number | undefined> {
    const { writes } = this.#options;
    const statement = writes[this.outcome.written % Math.max(1, writes.length)];
    if (statement === undefined) return undefined;
    await this.#database!.query(statement).catch((error: Error) => {
      throw new HuntError(`The statement "${statement}" fails: ${error.message}`);
    });
    this.outcome.written += 1;
    return performance.now();
  }

  /** Reads a page until it shows what was written, or the bound has passed. @returns whether it did. */
  async #lookFor(path: string, written: Timed, writtenAt: number): Promise<boolean> {
    let delayMs = 0;
    while (performance.now() - writtenAt < 2 * this.#options.boundMs) {
      const read = await this.#ask(path);
      if (read && isSame(read, written)) {
        this.outcome.delays.push(delayMs);
        return true;
      }
      if (read) delayMs = read.sentAt - writtenAt;
    }
    this.outcome.delays.push(delayMs);
    return false;
  }

  async #askPast(path: string): Promise<Timed | undefined> {
    const reply = await this.#ask(path, { 'consistency-token': PAST });
    if (!reply || !isHit(reply)) return reply;
    throw new HuntError(
      `GET ${path} with "Consistency-Token: ${PAST}" was answered by a cache (${reply.cacheStatus}), so there is nothing to compare with. Give the address of the service itself, not that of a cache before it.`,
    );
  }

  async #ask(path: string, headers: Readonly<Record<string, string>> = {}): Promise<Timed | undefined> {
    const sentAt = performance.now();
    const asked = { address: this.#options.base, path, headers: { ...this.#options.headers, ...headers } };
    const reply = await this.#client.ask(asked).catch((error: Error) => {
      this.outcome.failures.push(`GET ${path}: ${error.message || String(error)}`);
    });
    if (!reply) return undefined;
    if (reply.status === 200 || reply.status === 404) return { ...reply, sentAt, answeredAt: performance.now() };
    this.outcome.failures.push(`GET ${path}: ${reply.status} ${reply.body}`);
    return undefined;
  }
}

interface Sample {
  readonly path: string;
  readonly before: Timed;
  readonly cached: Timed;
  readonly after: Timed;
  /** Whether a cached answer has been what `before` is. */
  readonly hasSeen: boolean;
}

const isSame = (one: Reply, other: Reply): boolean =>
  one.status === other.status && withoutId(one.body) === withoutId(other.body);

/** Whether any cache on the way had the answer (RFC 9211). */
const isHit = ({ cacheStatus }: Reply): boolean => /;\s*hit\b/.test(cacheStatus ?? '');
