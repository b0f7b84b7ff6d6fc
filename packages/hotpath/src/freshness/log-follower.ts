/** The follower of the invalidation log in one database. `follower.ts` states its guarantee, and why it holds. */
import type { Culprit } from '../observation/observed-event.ts';
import type { SessionClient } from '../session/session-client.ts';
import { Backoff } from './backoff.ts';
import { CatalogWatch } from './catalog.ts';
import { CatchUpWaiters } from './catch-up-waiters.ts';
import { surveyTables } from './coverage.ts';
import type { Follower, FollowerOptions, FollowerState, WalPosition } from './follower.ts';
import { FOLLOWER_DEFAULTS, MEMORY_LIMITS, PACE, READING_LIMITS } from './follower-defaults.ts';
import { type HeaderVerdict, Knowledge } from './knowledge.ts';
import { LifeName } from './life-name.ts';
import {
  beginEpoch,
  endEpoch,
  epochId,
  type LogHeader,
  type OwnChanges,
  readCurrent,
  readLog,
  toChange,
} from './log.ts';
import { openLogConnection } from './log-connection.ts';
import { LogUpkeep } from './log-upkeep.ts';
import { ObservedChanges } from './observed-changes.ts';
import { Rest } from './rest.ts';
import { includes, type Snapshot, snapshotText, withTransaction } from './snapshot.ts';
import { Successor } from './successor.ts';
import { readToken, tokenText } from './token.ts';
import { WalMark } from './wal-mark.ts';
import type { Watched } from './watched.ts';

const NEVER = Number.NEGATIVE_INFINITY;

/** Follows until it is closed, whatever happens to the database. It is not current before its first reading. */
export const openFollower = (options: FollowerOptions): Follower => new LogFollower(options);

class LogFollower implements Follower {
  readonly #options: FollowerOptions & typeof FOLLOWER_DEFAULTS;
  readonly #catalogWatch: CatalogWatch;
  readonly #upkeep: LogUpkeep;
  readonly #knowledge = new Knowledge(MEMORY_LIMITS);
  readonly #lifeName: LifeName;
  readonly #walMark = new WalMark();
  readonly #observed: ObservedChanges;
  readonly #rest = new Rest();
  readonly #retreat = new Rest();
  readonly #waiting = new CatchUpWaiters();
  readonly #following: Promise<void>;
  #incarnation = '';
  /** The incarnation in which the position names transactions; empty while another epoch begins. */
  #positionIncarnation = '';
  #heardAt = NEVER;
  #touchedAt = NEVER;
  /** When the latest time without a touch ended: what was heard before is too old. */
  #wokenAt = Number.POSITIVE_INFINITY;
  #state: FollowerState['is'] | undefined;
  /** Whether the latest reading, on this connection, found that no transaction had ended. */
  #isQuiet = false;
  /** The epoch's row of the latest reading. */
  #row = '';
  #catalog: string | undefined;
  /** The position at which the catalog was read, and when. */
  #catalogPosition = '';
  #catalogAt = NEVER;
  #isCovered = true;
  #isDoubted = false;
  #doubtedAt = NEVER;
  #isClosed = false;

  constructor(options: FollowerOptions) {
    this.#options = { ...FOLLOWER_DEFAULTS, ...options };
    this.#observed = new ObservedChanges(options.port);
    this.#catalogWatch = new CatalogWatch(options.watched);
    this.#upkeep = new LogUpkeep(this.#options);
    this.#lifeName = new LifeName(this.#options.namesLife);
    this.#following = this.#follow();
  }

  get isCurrent(): boolean {
    const now = performance.now();
    const oldest = now - this.#options.boundMs;
    return this.#heardAt >= this.#wokenAt && this.#heardAt >= oldest && this.#catalogAt >= oldest;
  }

  get isFollowing(): boolean {
    return this.#state === 'following';
  }

  get ageMs(): number {
    return performance.now() - this.#heardAt;
  }

  get changes(): number {
    return this.#knowledge.changes;
  }

  get epoch(): string {
    return this.#knowledge.epoch;
  }

  get incarnation(): string {
    return this.#incarnation;
  }

  get life(): string {
    return this.#lifeName.of(this.#row, this.#incarnation);
  }

  get position(): string {
    return snapshotText(this.#knowledge.position);
  }

  get walPosition(): WalPosition | undefined {
    return this.#walMark.position;
  }

  get token(): string {
    return tokenText(this.position, this.epoch);
  }

  isFresh(snapshot: Snapshot, tags: readonly string[]): boolean {
    return this.#knowledge.isFresh(snapshot, tags);
  }

  hasCatalog(snapshot: Snapshot): boolean {
    return this.#knowledge.hasCatalog(snapshot);
  }

  culprits(snapshot: Snapshot, tags: readonly string[]): readonly Culprit[] {
    return this.#knowledge.culprits(snapshot, tags);
  }

  catchUp(timeoutMs = this.#options.boundMs): Promise<boolean> {
    const caughtUp = this.#waiting.wait(timeoutMs);
    this.#rest.end();
    return caughtUp;
  }

  learn({ xid, incarnation, changes }: OwnChanges): string | undefined {
    if (!this.isFollowing || this.#isDoubted || incarnation !== this.#positionIncarnation) return undefined;
    // Answers of standbys are proved by places in the write-ahead log, which only a reading of the log knows.
    if (this.#options.namesLife) return undefined;
    const position = withTransaction(this.#knowledge.position, xid);
    if (!position || !this.#knowledge.learnAhead(xid, changes)) return undefined;
    return tokenText(snapshotText(position), this.epoch);
  }

  async reach(token: string, timeoutMs: number): Promise<boolean> {
    const wanted = readToken(token);
    if (!wanted) return false;
    // Snapshots of two epochs cannot be compared.
    const isKnown = () => wanted.epoch === this.epoch && includes(this.#knowledge.position, wanted.position);
    // The other follower took the position before this call, so the next reading includes it, or it is of another database.
    return isKnown() || ((await this.catchUp(timeoutMs)) && isKnown());
  }

  async doubt(incarnation: string, timeoutMs = this.#options.boundMs): Promise<boolean> {
    if (incarnation === this.#incarnation) return true;
    this.#heardAt = NEVER;
    this.#isDoubted = true;
    await this.catchUp(timeoutMs);
    return incarnation === this.#incarnation;
  }

  touch(): void {
    const now = performance.now();
    const wasIdle = this.#isIdle(now);
    this.#touchedAt = now;
    if (!wasIdle) return;
    this.#wokenAt = now;
    this.#rest.end();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#rest.end();
    this.#retreat.end();
    await this.#following;
  }

  #isIdle(now: number): boolean {
    return now - this.#touchedAt > this.#options.idleAfterMs;
  }

  #enter(next: FollowerState): void {
    if (next.is !== this.#state) this.#options.onState?.(next);
    this.#state = next.is;
  }

  async #follow(): Promise<void> {
    const backoff = new Backoff(PACE.firstRetryMs, PACE.lastRetryMs);
    let successor: SessionClient | undefined;
    while (!this.#isClosed) {
      const heardBefore = this.#heardAt;
      try {
        const client = successor ?? (await this.#connect());
        successor = undefined;
        try {
          successor = await this.#followOn(client);
        } finally {
          void client.end();
        }
        backoff.reset();
      } catch (error) {
        this.#enter({ is: 'lost', error });
        if (this.#heardAt !== heardBefore) backoff.reset();
        if (!this.#isClosed) await this.#retreat.for(backoff.next());
      }
    }
    void successor?.end();
  }

  #connect(): Promise<SessionClient> {
    const { connection, boundMs, listen } = this.#options;
    // Rests end early where the database tells of a change, while entries are served.
    const onChange = () => {
      if (!this.#isIdle(performance.now())) this.#rest.end();
    };
    const patienceMs = Math.max(boundMs, PACE.patienceMs);
    return openLogConnection({ connection, patienceMs, ...(listen && { onChange }) });
  }

  /** Reads again and again until the connection fails, or should be replaced. @returns the connection that replaces it. */
  async #followOn(client: SessionClient): Promise<SessionClient | undefined> {
    const { pollMs, idlePollMs } = this.#options;
    const successor = new Successor(() => this.#connect(), this.#options.connectionMs);
    this.#isQuiet = false;
    this.#catalogPosition = '';
    this.#catalogAt = NEVER;
    try {
      while (!this.#isClosed && !client.isSpent) {
        if (this.#isDoubted) return await this.#connectAnew();
        if (successor.isDue(client.openedAt)) return successor.take();
        await this.#readNews(client);
        await this.#lifeName.write(client, this.#row, this.#incarnation);
        await this.#upkeep.trim(client);
        const isIdle = this.#isIdle(performance.now());
        if (this.#waiting.count === 0 && !this.#isClosed) await this.#rest.for(isIdle ? idlePollMs : pollMs);
      }
      return undefined;
    } finally {
      successor.abandon();
    }
  }

  async #connectAnew(): Promise<SessionClient> {
    const sinceMs = performance.now() - this.#doubtedAt;
    if (sinceMs < PACE.doubtMs) await this.#retreat.for(PACE.doubtMs - sinceMs);
    this.#isDoubted = false;
    this.#doubtedAt = performance.now();
    const before = performance.now();
    const client = await this.#connect();
    this.#options.onReplace?.(before);
    return client;
  }

  /** Reads the log and the catalog if they have changed. */
  async #readNews(client: SessionClient): Promise<void> {
    if (this.#catalog === undefined) await this.#readCatalog(client);
    if (!(await this.#isStandingStill(client))) await this.#read(client);
    if (this.position === this.#catalogPosition) this.#catalogAt = this.#heardAt;
    else if (performance.now() - this.#catalogAt >= Math.min(PACE.catalogMs, this.#options.boundMs / 2)) {
      const known = this.#catalog;
      await this.#readCatalog(client);
      if (this.#catalog !== known) await this.#read(client);
    }
  }

  /** Whether the log need not be read. While a caller waits, the answer is no, because most such callers have written. */
  async #isStandingStill(client: SessionClient): Promise<boolean> {
    if (!this.#isQuiet || this.#waiting.count > 0) return false;
    const sentAt = performance.now();
    const current = await readCurrent(client);
    if (current?.row !== this.#row || current.incarnation !== this.#incarnation) return false;
    if (current.snapshot !== this.position) return false;
    this.#heardAt = this.#isCovered && !this.#isDoubted ? sentAt : NEVER;
    return true;
  }

  /** Reads the log to its end. A caller that waited before the read learns whether it has what it waited for. */
  async #read(client: SessionClient): Promise<void> {
    const served = this.#waiting.present();
    const before = this.position;
    let sentAt: number;
    let verdict: HeaderVerdict;
    do {
      sentAt = performance.now();
      verdict = await this.#readOnce(client);
    } while (verdict !== 'useful');
    this.#isQuiet = this.position === before;
    this.#heardAt = this.#isCovered && !this.#isDoubted ? sentAt : NEVER;
    const isHeard = this.#heardAt === sentAt;
    if (isHeard) this.#enter({ is: 'following' });
    for (const done of served) done(isHeard);
  }

  async #readOnce(client: SessionClient): Promise<HeaderVerdict> {
    const knowledge = this.#knowledge;
    let header: LogHeader | undefined;
    let verdict = 'useless' as HeaderVerdict;
    let learned = 0;
    const isWhole = await readLog(
      client,
      { since: knowledge.since, most: READING_LIMITS.changes, withLsn: this.#options.namesLife },
      {
        begin: ({ epoch, ...rest }) => {
          this.#meet(rest.incarnation);
          header = { ...rest, epoch: epoch && { ...epoch, id: epochId(epoch.row, rest.incarnation, this.#catalog) } };
          verdict = knowledge.begin(header);
          // Nothing is known of another epoch before its log has been read.
          if (verdict !== 'useful') this.#heardAt = NEVER;
        },
        learn: (row) => {
          if (verdict !== 'useful' || learned > READING_LIMITS.tags) return READING_LIMITS.unlearned;
          const change = toChange(row);
          knowledge.learn(change, header!);
          this.#observed.note(change);
          learned += change.tags.length;
          return 1 + change.tags.length;
        },
      },
    );
    this.#observed.report();
    const { epoch } = header!;
    this.#row = epoch?.row ?? '';
    if (!epoch) await beginEpoch(client);
    else if (verdict === 'wentBack') await endEpoch(client, epoch.row);
    else if (verdict === 'useful') knowledge.end(header!, isWhole && learned <= READING_LIMITS.tags);
    this.#positionIncarnation = verdict === 'useful' ? this.#incarnation : '';
    if (verdict === 'useful') this.#walMark.note(knowledge.position, header!.lsn);
    return verdict;
  }

  /** The server may be another one, whose catalog has not been looked at. */
  #meet(incarnation: string): void {
    if (incarnation === this.#incarnation) return;
    const isFirst = this.#incarnation === '';
    this.#incarnation = incarnation;
    this.#positionIncarnation = '';
    this.#knowledge.forgetAhead();
    this.#walMark.forget();
    this.#catalogPosition = '';
    this.#catalogAt = NEVER;
    if (!isFirst) this.#options.onReplace?.(performance.now());
  }

  /** New triggers, and every other change of the schema, change the fingerprint; only then the tables are surveyed. */
  async #readCatalog(client: SessionClient): Promise<void> {
    const { watched } = this.#options;
    const position = this.position;
    const sentAt = performance.now();
    const catalog = watched ? await this.#catalogWatch.fingerprint(client) : '';
    if (watched && catalog !== this.#catalog) await this.#catalogWatch.spread(client, () => this.#isClosed);
    const isKnown = catalog === this.#catalog && (this.#state === 'following' || this.#state === 'uncovered');
    if (watched && !isKnown) await this.#survey(client, watched);
    // Before the new epoch is known: what is prepared for other types would answer otherwise, and without an error.
    if (watched && catalog !== this.#catalog && (await this.#catalogWatch.haveColumnsChanged(client))) {
      this.#options.onReplace?.(performance.now());
    }
    this.#catalog = catalog;
    this.#catalogPosition = position;
    this.#catalogAt = sentAt;
  }

  async #survey(client: SessionClient, watched: Watched): Promise<void> {
    const { gaps, inexactFields } = await surveyTables(client, watched);
    this.#isCovered = gaps.length === 0;
    this.#heardAt = NEVER;
    watched.inexactFields.clear();
    for (const field of inexactFields) watched.inexactFields.add(field);
    if (!this.#isCovered) this.#enter({ is: 'uncovered', gaps });
  }
}
