/** Sends recorded requests again, at their own speed or faster, and compares the answers. */
import { setMaxListeners } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { AnswerJudge, type AnswerPair, type Judgement } from './answer-judge.ts';
import type { FieldDifference } from './compare-json.ts';
import type { TrafficRequest, TrafficViewer } from './recorded-traffic.ts';
import type { ReplayedService, SentRequest } from './replayed-service.ts';
import { type RouteFigures, SideBySide } from './side-by-side.ts';
import { Slots } from './slots.ts';
import type { ViewerTokens } from './viewer-tokens.ts';

export interface ReplayOptions {
  /** The service under test. */
  readonly against: ReplayedService;
  /** The service that gives the right answers; without it only statuses are compared, with those of the file. */
  readonly beside: ReplayedService | undefined;
  readonly tokens: ViewerTokens;
  /** Times the recorded speed; `Infinity` sends as fast as answers come. */
  readonly speed: number;
  /** Requests at a time. */
  readonly concurrency: number;
  /** Requests with differences after which the replay ends. */
  readonly mostDifferences: number;
  readonly headers: readonly string[];
  readonly ignored: readonly string[];
  /** How long cached answers may keep a decision waiting, in milliseconds. */
  readonly settleMs: number;
  /** Called after each request with the number of those that are done. */
  onProgress(done: number): void;
}

/** A request that the two services answer differently. */
export interface ReplayDifference {
  readonly path: string;
  readonly route: string;
  readonly viewer: TrafficViewer | undefined;
  readonly fields: readonly FieldDifference[];
}

/** The result of a replay. */
export interface ReplayResult {
  /** Requests whose answers were compared. */
  readonly requests: number;
  readonly differences: readonly ReplayDifference[];
  /** Fields that were not compared, because they change from question to question, with their routes. */
  readonly unstable: Readonly<Record<string, readonly string[]>>;
  /** Requests that no service answered. */
  readonly unanswered: number;
  /** Requests whose status is another than in the file, from both services. */
  readonly otherStatus: number;
  /** How often the tested service gave each status. */
  readonly statuses: Readonly<Record<string, number>>;
  readonly routes: readonly RouteFigures[];
  /** How late the replay was at most, in milliseconds, because all slots were taken. */
  readonly lateMs: number;
}

/** Requests that wait for their next question take no slot, but memory. */
const OPEN_PER_SLOT = 16;

export class TrafficReplay {
  readonly #options: ReplayOptions;
  readonly #judge: AnswerJudge;
  readonly #sides = new SideBySide();
  readonly #slots: Slots;
  readonly #stop = new AbortController();
  readonly #differences: { readonly index: number; readonly difference: ReplayDifference }[] = [];
  readonly #unstable = new Map<string, Set<string>>();
  readonly #statuses = new Map<string, number>();
  #done = 0;
  #unanswered = 0;
  #otherStatus = 0;
  #lateMs = 0;

  constructor(options: ReplayOptions) {
    this.#options = options;
    setMaxListeners(0, this.#stop.signal);
    this.#judge = new AnswerJudge({ ...options, signal: this.#stop.signal });
    this.#slots = new Slots(options.concurrency);
  }

  /** @param signal ends it early, with the result so far. */
  async run(requests: readonly TrafficRequest[], signal: AbortSignal): Promise<ReplayResult> {
    const { speed, concurrency } = this.#options;
    signal.addEventListener('abort', () => this.#stop.abort(), { once: true });
    const open = new Set<Promise<void>>();
    const startedAt = performance.now();
    for (const [index, request] of requests.entries()) {
      const dueAt = startedAt + request.at / speed;
      const earlyMs = dueAt - performance.now();
      if (earlyMs > 0) await pause(earlyMs, undefined, this.#stop).catch(() => {});
      // Before it takes a slot: the open requests need slots to end.
      while (open.size >= OPEN_PER_SLOT * concurrency) await Promise.race(open);
      await this.#slots.take();
      if (this.#stop.signal.aborted) {
        this.#slots.release();
        break;
      }
      if (Number.isFinite(speed)) this.#lateMs = Math.max(this.#lateMs, performance.now() - dueAt);
      const work: Promise<void> = this.#replay(request, index)
        .catch((error: unknown) => this.#mustBeStopped(error))
        .finally(() => open.delete(work));
      open.add(work);
    }
    await Promise.all(open);
    return this.#result();
  }

  /** A request that the end of the replay left undecided does not count. @throws any other error. */
  #mustBeStopped(error: unknown): void {
    if (!this.#stop.signal.aborted || (error as Error).name !== 'AbortError') throw error;
  }

  /** The caller has taken a slot for the first question. */
  async #replay(request: TrafficRequest, index: number): Promise<void> {
    const { path, route, viewer, recorded } = request;
    const { tokens, beside } = this.#options;
    const sent = tokens.sent(request);
    let hasSlot = true;
    const judgement = await this.#judge.judge({ route, key: JSON.stringify(sent) }, async () => {
      if (!hasSlot) await this.#slots.take();
      hasSlot = false;
      return (beside ? this.#askBoth(sent) : this.#askAgainstFile(sent, request)).finally(() => this.#slots.release());
    });
    if (beside) this.#sides.addPair(route, judgement.answers);
    else this.#sides.addRecorded(route, judgement.answers.against, recorded);
    this.#count(judgement, request);
    if (judgement.differences.length > 0) {
      this.#differences.push({ index, difference: { path, route, viewer, fields: judgement.differences } });
      if (this.#differences.length >= this.#options.mostDifferences) this.#stop.abort();
    }
    this.#done += 1;
    this.#options.onProgress(this.#done);
  }

  #count({ answers: { beside, against }, unstable }: Judgement, { route, recorded }: TrafficRequest): void {
    const status = String(against.status ?? against.failure);
    this.#statuses.set(status, (this.#statuses.get(status) ?? 0) + 1);
    for (const field of unstable) {
      this.#unstable.set(field, (this.#unstable.get(field) ?? new Set()).add(route));
    }
    if (against.status === undefined && beside.status === undefined) this.#unanswered += 1;
    else if (recorded && against.status !== recorded.status && beside.status === against.status) this.#otherStatus += 1;
  }

  async #askBoth(sent: SentRequest): Promise<AnswerPair> {
    const [beside, against] = await Promise.all([this.#options.beside!.ask(sent), this.#options.against.ask(sent)]);
    return { beside, against };
  }

  /** The file has a status alone, so the rest of the answer is taken as right. */
  async #askAgainstFile(sent: SentRequest, { recorded }: TrafficRequest): Promise<AnswerPair> {
    const against = await this.#options.against.ask(sent);
    const status = recorded ? recorded.status : against.status;
    return { beside: { ...against, status, failure: undefined }, against };
  }

  #result(): ReplayResult {
    const differences = this.#differences.sort((one, other) => one.index - other.index);
    return {
      requests: this.#done,
      differences: differences.map(({ difference }) => difference),
      unstable: Object.fromEntries([...this.#unstable].map(([field, routes]) => [field, [...routes].sort()])),
      unanswered: this.#unanswered,
      otherStatus: this.#otherStatus,
      statuses: Object.fromEntries([...this.#statuses].sort()),
      routes: this.#sides.figures(),
      lateMs: this.#lateMs,
    };
  }
}
