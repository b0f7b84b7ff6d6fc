/** The parts that writers, readers and faults share. */
import { type Backward, BackwardReads } from './backward.ts';
import type { Ground } from './ground.ts';
import type { Violation, Write } from './journal.ts';
import type { Page } from './world.ts';

/** Where a read was made, and when. */
export interface ReadPlace {
  readonly path: string;
  readonly instance: number;
  readonly cache: string | undefined;
  /** The latest fault that had begun. */
  readonly fault: string | undefined;
  readonly seconds: number;
}

export interface WrongRead extends Omit<Violation, 'is'>, ReadPlace {
  readonly is: Violation['is'] | 'of another database';
}

export interface BackwardRead extends Backward, ReadPlace {}

/** The observations so far. */
export interface Tally {
  reads: number;
  hits: number;
  faults: number;
  /** Commits that failovers have lost. */
  lost: number;
  /** Answers that were compared with what the database answers at that time. */
  compared: number;
  readonly stale: WrongRead[];
  readonly backward: BackwardRead[];
  /** Replies that no fault excuses. */
  readonly failures: string[];
  /** Writes that were read until they were seen. */
  readonly looked: Write[];
  readonly history: BackwardReads;
}

export const newTally = (): Tally => ({
  ...{ reads: 0, hits: 0, faults: 0, lost: 0, compared: 0 },
  ...{ stale: [], backward: [], failures: [], looked: [] },
  history: new BackwardReads(),
});

export interface CheckStage {
  readonly ground: Ground;
  readonly pages: readonly Page[];
  readonly tally: Tally;
}

export function placeOf(ground: Ground, read: Pick<ReadPlace, 'path' | 'instance' | 'cache'>): ReadPlace {
  return { ...read, fault: ground.fault(), seconds: Math.round(performance.now()) / 1000 };
}
