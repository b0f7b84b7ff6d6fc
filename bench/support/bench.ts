/** A section of the bench: its parts and its report. */
import type { Figures } from './document.ts';
import type { Table } from './table.ts';

export type BenchSize = 'tiny' | 'small' | 'large';

export interface Bench {
  readonly size: BenchSize;
  /** Fewer and shorter rounds: to see that all works, not to quote. */
  readonly quick: boolean;
  /** Everything that must end when the section ends, however it ends. */
  readonly stack: AsyncDisposableStack;
  /** Progress, a line each, on standard error. */
  readonly log: (line: string) => void;
  /** Where the PostgreSQL with the databases lies; `.hotpath/bench-postgres` without it. */
  readonly directory?: string;
}

export interface Section {
  readonly summary: string;
  /** The data that it measures, unless the command line names others; `large` without it. */
  readonly size?: BenchSize;
  run(bench: Bench): Promise<Report>;
}

export interface Report {
  /** The facts of the measurement, such as PostgreSQL's version. */
  readonly facts: Readonly<Record<string, string | number>>;
  readonly tables: readonly Table[];
  /** Warnings that a reader of the numbers must know. */
  readonly warnings: readonly string[];
  /** Its part of the document: the numbers that are shown, by the document's keys. */
  readonly figures: Partial<Figures>;
  /** The origin of the figures: each round of each row. */
  readonly data: object;
}
