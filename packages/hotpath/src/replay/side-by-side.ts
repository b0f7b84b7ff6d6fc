/** Statements and latency of both services, by route. */

import type { AnswerPair } from './answer-judge.ts';
import type { RecordedReply } from './recorded-traffic.ts';
import type { ReplayAnswer } from './replayed-service.ts';

/** The answers of one service for one route. Times are in milliseconds. */
export interface SideFigures {
  readonly p50: number;
  readonly p95: number;
  /** The mean of an answer; undefined if the service does not name them. */
  readonly statements: number | undefined;
  readonly mostStatements: number | undefined;
}

export interface RouteFigures {
  readonly route: string;
  readonly requests: number;
  /** Undefined if neither another service nor the file has figures. */
  readonly beside: SideFigures | undefined;
  readonly against: SideFigures | undefined;
}

/** An answer, as far as it is measured. */
type Measured = Pick<ReplayAnswer, 'ms' | 'statements'>;

class Side {
  readonly #ms: number[] = [];
  readonly #statements: number[] = [];

  add({ ms, statements }: Measured): void {
    this.#ms.push(ms);
    if (statements !== undefined) this.#statements.push(statements);
  }

  figures(): SideFigures | undefined {
    if (this.#ms.length === 0) return undefined;
    const sorted = [...this.#ms].sort((one, other) => one - other);
    const at = (share: number) => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)]!;
    const count = this.#statements.length;
    const sum = this.#statements.reduce((total, each) => total + each, 0);
    return {
      p50: at(0.5),
      p95: at(0.95),
      statements: count === 0 ? undefined : sum / count,
      mostStatements: count === 0 ? undefined : this.#statements.reduce((most, each) => Math.max(most, each)),
    };
  }
}

interface Sides {
  requests: number;
  readonly beside: Side;
  readonly against: Side;
}

export class SideBySide {
  readonly #routes = new Map<string, Sides>();

  /** Answers of two services to one request. */
  addPair(route: string, { beside, against }: AnswerPair): void {
    this.#add(route, answered(beside), answered(against));
  }

  /** An answer, and the one that was recorded. */
  addRecorded(route: string, against: ReplayAnswer, { ms, statements }: Partial<RecordedReply> = {}): void {
    this.#add(route, ms === undefined ? undefined : { ms, statements }, answered(against));
  }

  /** The routes with the most requests first. */
  figures(): RouteFigures[] {
    const routes = [...this.#routes].map(([route, { requests, beside, against }]) => {
      return { route, requests, beside: beside.figures(), against: against.figures() };
    });
    return routes.sort((one, other) => other.requests - one.requests || (one.route < other.route ? -1 : 1));
  }

  #add(route: string, beside: Measured | undefined, against: Measured | undefined): void {
    const sides = this.#routes.get(route) ?? { requests: 0, beside: new Side(), against: new Side() };
    this.#routes.set(route, sides);
    sides.requests += 1;
    if (beside) sides.beside.add(beside);
    if (against) sides.against.add(against);
  }
}

const answered = (answer: ReplayAnswer): ReplayAnswer | undefined => (answer.status === undefined ? undefined : answer);
