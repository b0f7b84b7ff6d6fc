/**
 * The standbys of a service: which of them a read asks, and whether its answer may be used. An answer is used only if it is
 * proved to be fresh (`freshness/standby-proof.ts`). In every other case, an error or a silence included, the caller reads the
 * primary. So no request fails for a standby, and none gets less than the primary would give within the follower's bound.
 *
 * A statement whose answer is not used does not count against the budget of its route: it is the same read, sent again. The
 * ledger counts it apart.
 */

import { currentLedger } from '../budget/ledger.ts';
import type { PoolOrUrl } from '../budget/reading-pool.ts';
import type { Entry, ReadResult } from '../cache/entry.ts';
import type { ProvedReading, StandbyQuery, StandbyReader } from '../cache/standby-reader.ts';
import type { Execute } from '../compile/execute.ts';
import type { Follower } from '../freshness/follower.ts';
import { includes, parseSnapshot } from '../freshness/snapshot.ts';
import { stampOf, standbyFault } from '../freshness/standby-proof.ts';
import { currentSpan } from '../telemetry/context.ts';
import { failureType } from '../telemetry/failure-type.ts';
import { Standby, type StandbyOptions, type StandbyOutcome } from './standby.ts';

export interface StandbysOptions extends Pick<StandbyOptions, 'onState'> {
  /** Each one standby: a pool, whose options the library takes for a pool of its own, or a URL. */
  readonly servers: readonly PoolOrUrl[];
  readonly follower: Follower;
  /** Called with the error of a read on a standby. The caller of the read gets the primary's answer. */
  readonly onFailedRead?: ((standby: Standby, error: unknown) => void) | undefined;
}

/** Probes before a read: a standby that replays without delay is there by the second one. */
const MOST_PROBES = 2;
/** How long an answer waits until the follower is current, in milliseconds. */
const CATCH_UP_MS = 50;
/** Delays below are the same to a read: probes measure no finer. */
const SAME_DELAY_MS = 200;

export class Standbys implements StandbyReader {
  readonly all: readonly Standby[];
  readonly #follower: Follower;
  readonly #onFailedRead: StandbysOptions['onFailedRead'];
  #turn = 0;

  constructor({ servers, onFailedRead, ...options }: StandbysOptions) {
    this.#follower = options.follower;
    this.#onFailedRead = onFailedRead;
    this.all = servers.map((server) => new Standby({ server, ...options }));
  }

  async read(asked: StandbyQuery): Promise<ProvedReading | undefined> {
    return this.#readFrom(asked, async () => {
      const follower = this.#follower;
      return follower.isCurrent || (await follower.catchUp(CATCH_UP_MS)) ? undefined : 'unfollowed';
    });
  }

  async readAsLastKnown(asked: StandbyQuery): Promise<ProvedReading | undefined> {
    return this.#readFrom(asked, async () => undefined);
  }

  async close(): Promise<void> {
    await Promise.all(this.all.map((standby) => standby.close()));
  }

  /** @param catchUp called after the read; it resolves with the reason why nothing can be proved. */
  async #readFrom(
    asked: StandbyQuery,
    catchUp: () => Promise<'unfollowed' | undefined>,
  ): Promise<ProvedReading | undefined> {
    const { source, after } = asked;
    const standby = source.loadFrom && this.#choose();
    if (!standby) return undefined;
    const { epoch } = this.#follower;
    if (!(await this.#mayProve(standby, asked))) {
      standby.reads.behind += 1;
      return undefined;
    }
    const { shown } = standby;
    const attempt = new Attempt();
    let outcome: StandbyOutcome = 'failed';
    let reading: ReadResult | undefined;
    let failure: string | undefined;
    try {
      const read = await standby.run((execute) => source.loadFrom!(attempt.noting(execute)));
      reading = { ...read, snapshot: stampOf(read, shown) };
      outcome = (await catchUp()) ?? standbyFault(this.#follower, reading, epoch) ?? 'proved';
      if (outcome === 'proved' && goesBack({ reading, epoch }, after)) outcome = 'behind';
    } catch (error) {
      // The caller reads the primary next. If the read itself is wrong, the primary reports it, too.
      failure = failureType(error);
      standby.doubt();
      this.#onFailedRead?.(standby, error);
    }
    standby.reads[outcome] += 1;
    if (reading && outcome === 'proved') return { reading, epoch };
    attempt.setAside();
    traceUnused(standby, outcome, failure);
    return undefined;
  }

  /**
   * Finds out what the standby shows, if a table of the query has changed since the latest probe.
   * @returns false if it still lacks the change that outdated the entry: reading it would prove nothing.
   */
  async #mayProve(standby: Standby, { tables, after }: StandbyQuery): Promise<boolean> {
    for (let probes = 0; probes < MOST_PROBES && this.#lacks(standby, tables); probes += 1) {
      await standby.probe();
      if (!standby.isUsable) return false;
    }
    return after === undefined || !standby.shown || !this.#lacks(standby, after.tags);
  }

  /** Whether a change of the tags is known that the standby was not found to show. */
  #lacks({ shown }: Standby, tags: readonly string[]): boolean {
    return !shown || !this.#follower.isFresh(shown.snapshot, tags);
  }

  /** The least delayed of those that can be used, and of these the least busy; equal ones take turns. */
  #choose(): Standby | undefined {
    const many = this.all.length;
    let best: Standby | undefined;
    this.#turn = (this.#turn + 1) % many;
    for (let each = 0; each < many; each += 1) {
      const standby = this.all[(this.#turn + each) % many]!;
      if (standby.isUsable && (!best || isBetter(standby, best))) best = standby;
    }
    return best;
  }
}

/** The span of an answer that is not used. @param failure the type of the error, if there was one. */
function traceUnused({ name }: Standby, outcome: StandbyOutcome, failure: string | undefined): void {
  const attributes = { 'hotpath.standby': name, 'hotpath.standby.outcome': outcome };
  const span = currentSpan()?.child('standby.unused', 'internal', attributes);
  if (failure !== undefined) span?.fail(failure);
  span?.end();
}

/** Whether this process may have shown a later state. */
const goesBack = ({ reading, epoch }: ProvedReading, after: Entry | undefined): boolean =>
  after?.epoch === epoch && !includes(parseSnapshot(reading.snapshot), after.snapshot);

function isBetter(one: Standby, other: Standby): boolean {
  const [delay, otherDelay] = [one, other].map(({ delayMs }) => Math.max(delayMs, SAME_DELAY_MS)) as [number, number];
  return delay === otherDelay ? one.busy < other.busy : delay < otherDelay;
}

/** The statement of one read on a standby, in the ledger of the request. */
class Attempt {
  readonly #ledger = currentLedger();
  #text: string | undefined;
  #sentBefore = 0;

  noting(execute: Execute): Execute {
    return (statement) => {
      this.#text = statement.text;
      this.#sentBefore = this.#ledger?.timesSent(statement.text) ?? 0;
      return execute(statement);
    };
  }

  setAside(): void {
    const [ledger, text] = [this.#ledger, this.#text];
    if (ledger && text !== undefined && ledger.timesSent(text) > this.#sentBefore) ledger.setAside(text);
  }
}
