/**
 * Decides whether two services give different answers, without false differences.
 *
 * The judge asks both at the same time. If their answers differ, it asks both again, three times in two seconds. A field is a
 * difference if its values differed each time, and the other service gave the same value each time. A write between two
 * questions, or a service that learns of a write a moment later, makes no difference. Neither does a field that changes from
 * question to question, such as the time: the report lists it as not compared.
 *
 * A cached answer may depend on the time at which it was made, as a list of the last 24 hours does. So the judge asks both until
 * each has given an answer that no cache gave, or `settleMs` are over.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { compareAnswers } from './compare-answers.ts';
import type { FieldDifference } from './compare-json.ts';
import { fieldPattern, isFieldWithin, isMoved, isTouched } from './field-paths.ts';
import { movedFields } from './moved-fields.ts';
import type { ReplayAnswer } from './replayed-service.ts';

/** The answers of the two services to one request. */
export interface AnswerPair {
  readonly beside: ReplayAnswer;
  readonly against: ReplayAnswer;
}

export interface Judgement {
  /** Of the first time. */
  readonly answers: AnswerPair;
  readonly differences: readonly FieldDifference[];
  /** Fields that change from question to question, as patterns. */
  readonly unstable: readonly string[];
}

export interface JudgeOptions {
  /** The headers that are compared, in lower case. */
  readonly headers: readonly string[];
  /** Fields or patterns of fields that the user ignores: `body.items[].seenAt`. */
  readonly ignored: readonly string[];
  /** Pauses before the questions after the first, in milliseconds. */
  readonly pausesMs?: readonly number[];
  /** How long cached answers may keep a decision waiting, in milliseconds. */
  readonly settleMs: number;
  /** Ends the pauses. Open decisions stay open. */
  readonly signal?: AbortSignal;
}

/** A request as the judge knows it. */
export interface JudgedRequest {
  readonly route: string;
  /** Equal for requests that are sent alike. */
  readonly key: string;
}

/** Together longer than a service may take to learn of a write. */
const PAUSES_MS = [100, 400, 1500];
/** The pause between questions while answers are cached, as a multiple of the last pause. */
const SETTLING = 3;
/** Of one answer. Beyond them two documents have nothing in common. */
const MOST_DIFFERENCES = 500;
/** Requests of a route in which a field was unstable, before the route is known for it. */
const KNOWN_AFTER = 5;

export class AnswerJudge {
  readonly #options: JudgeOptions;
  /** How often a field was unstable, by route and pattern. */
  readonly #unstable = new Map<string, Map<string, number>>();
  /** By request: a repeated request with the same fields is not investigated again. */
  readonly #verdicts = new Map<string, Promise<Verdict>>();

  constructor(options: JudgeOptions) {
    this.#options = options;
  }

  /** @param ask asks both services at the same time. @throws `AbortError` if the signal ends it before it is decided. */
  async judge(request: JudgedRequest, ask: () => Promise<AnswerPair>): Promise<Judgement> {
    const answers = await ask();
    const open = this.#differences(answers, request.route);
    if (open.length === 0) return { answers, differences: [], unstable: [] };
    const { key } = request;
    const verdict = await this.#verdicts.get(key);
    if (verdict && open.every(({ field }) => isTouched(field, verdict.open)))
      return decided(answers, open, verdict.moved);
    const investigated = this.#investigate(request.route, ask, { first: answers, open });
    this.#verdicts.set(key, investigated);
    const { open: left, moved } = await investigated;
    return decided(answers, left, moved);
  }

  /** Asks again until it is known which fields differ each time, and which of the other service's fields move. */
  async #investigate(
    route: string,
    ask: () => Promise<AnswerPair>,
    { first, open: found }: Suspicion,
  ): Promise<Verdict> {
    const rounds = [first];
    const { headers, pausesMs = PAUSES_MS, settleMs, signal } = this.#options;
    const until = performance.now() + settleMs;
    let open = found;
    const isOpen = () =>
      rounds.length <= pausesMs.length || (performance.now() < until && isUnsettled(rounds, open, headers));
    while (open.length > 0 && isOpen()) {
      const ms = pausesMs[rounds.length - 1] ?? SETTLING * pausesMs.at(-1)!;
      await pause(ms, undefined, signal && { signal });
      const round = await ask();
      rounds.push(round);
      open = this.#differences(round, route).filter(({ field }) => isTouched(field, open));
    }
    const moved = movedFields(besides(rounds), headers);
    if (open.length > 0) this.#learn(route, open, moved);
    return { open, moved: moved.flat() };
  }

  /** Of one round, without ignored fields and fields that are known to be unstable. */
  #differences({ beside, against }: AnswerPair, route: string): FieldDifference[] {
    const known = [...(this.#unstable.get(route) ?? [])].filter(([, times]) => times >= KNOWN_AFTER);
    const left = [...this.#options.ignored, ...known.map(([pattern]) => pattern)];
    return compareAnswers(beside, against, { headers: this.#options.headers, most: MOST_DIFFERENCES }).filter(
      ({ field }) => !left.some((pattern) => isFieldWithin(fieldPattern(field), pattern)),
    );
  }

  /** Remembers fields that changed from each question to the next, as a time does, and not by a write now and then. */
  #learn(route: string, open: readonly FieldDifference[], moved: readonly (readonly FieldDifference[])[]): void {
    const fields = open.filter(({ field }) => moved.every((changed) => changed.some((each) => each.field === field)));
    const times = this.#unstable.get(route) ?? new Map<string, number>();
    for (const pattern of patternsOf(fields)) {
      if (MAY_BE_KNOWN.test(pattern)) times.set(pattern, (times.get(pattern) ?? 0) + 1);
    }
    this.#unstable.set(route, times);
  }
}

/** A request with fields that differed the first time. */
interface Suspicion {
  readonly first: AnswerPair;
  readonly open: readonly FieldDifference[];
}

/** The end of an investigation. */
interface Verdict {
  /** The fields that differed each time. */
  readonly open: readonly FieldDifference[];
  /** The fields of the other service that changed. */
  readonly moved: readonly FieldDifference[];
}

function decided(answers: AnswerPair, open: readonly FieldDifference[], moved: readonly FieldDifference[]): Judgement {
  const differences = open.filter(({ field }) => !isMoved(field, moved));
  const unstable = open.filter((difference) => !differences.includes(difference));
  return { answers, differences, unstable: patternsOf(unstable) };
}

/** Whether new answers may still decide: a service has given cached answers alone, and a field has not moved yet. */
function isUnsettled(
  rounds: readonly AnswerPair[],
  open: readonly FieldDifference[],
  headers: readonly string[],
): boolean {
  const isCachedAlone = (side: keyof AnswerPair) => rounds.every((round) => round[side].isCached);
  if (!isCachedAlone('beside') && !isCachedAlone('against')) return false;
  const moved = movedFields(besides(rounds), headers).flat();
  return open.some(({ field }) => !isMoved(field, moved));
}

/** A header or a single value: neither the status, nor the whole body, nor an array. */
const MAY_BE_KNOWN = /^(?:header |body[.[])(?!.*\.length$)/;

const patternsOf = (fields: readonly FieldDifference[]): string[] => [
  ...new Set(fields.map(({ field }) => fieldPattern(field))),
];

const besides = (rounds: readonly AnswerPair[]): ReplayAnswer[] => rounds.map(({ beside }) => beside);
