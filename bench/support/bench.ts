/** What a section of the bench is given, and what it gives back. */
import type { Figures } from './document.ts';
import type { Table } from './table.ts';

export type BenchSize = 'tiny' | 'small' | 'large';

export interface Bench {
  readonly size: BenchSize;
  /** Fewer and shorter rounds: to see that all works, not to quote. */
  readonly quick: boolean;
  /** What is to be ended when the section ends, however it ends. */
  readonly stack: AsyncDisposableStack;
  /** Progress, a line each, on standard error. */
  readonly log: (line: string) => void;
  /** Where the PostgreSQL with the databases lies; `.hotpath/bench-postgres` without it. */
  readonly directory?: string;
}

export interface Section {
  readonly summary: string;
  /** The data that it measures, unless it is told others; `large` without it. */
  readonly size?: BenchSize;
  run(bench: Bench): Promise<Report>;
}

export interface Report {
  /** What was measured, on what. */
  readonly facts: Readonly<Record<string, string | number>>;
  readonly tables: readonly Table[];
  /** What a reader of the numbers must know. */
  readonly warnings: readonly string[];
  /** Its part of the document: the numbers that are shown, by the document's keys. */
  readonly figures: Partial<Figures>;
  /** What the figures were taken from: each round of each row. */
  readonly data: object;
}
