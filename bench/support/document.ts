/**
 * The document: one JSON file with everything that was measured. Its figures stand at the top level; `runs` has the time and
 * the machine of each section, `rounds` the rounds that the figures come from.
 *
 * A run of all sections begins a new document. A run of some replaces their part of the existing one.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { arch, availableParallelism, cpus, platform, totalmem } from 'node:os';
import { dirname } from 'node:path';
import type { BenchSize, Report } from './bench.ts';

/** One side of before and after, under one load. */
export interface Side {
  readonly meanMs: number;
  readonly p95Ms: number;
  /** Requests a second. */
  readonly throughput: number;
  readonly statementsPerRequest: number;
  /** Of the reads, the part that a cache answered: 0 to 1. */
  readonly hitRate: number;
  /** Bytes of a read's body as it is, and as it is sent. */
  readonly payloadBytes: number;
  readonly compressedBytes: number;
  /** Undefined where CPU time is not known. */
  readonly dbCpuMsPerRequest?: number | undefined;
  readonly serviceCpuMsPerRequest?: number | undefined;
  /** Of all requests, the part that failed: 0 to 1. */
  readonly errorRate: number;
  /** The most concurrent users with a p95 below 1 s and no error. */
  readonly usersHeld: number;
}

export interface Pair {
  readonly before: Side;
  readonly after: Side;
}

export interface Rate {
  /** A second. */
  readonly rate: number;
  readonly spread: number;
  readonly p95Ms?: number | undefined;
  /** CPU time of the Node.js process that answers, in microseconds an operation. */
  readonly nodeCpuUs?: number | undefined;
  readonly postgresCpuUs?: number | undefined;
  /** As a part of the rate that is the limit: pgbench's, bare's, off's; taken within each round. */
  readonly ofLimit?: number | undefined;
  /** As a part of what Prisma does; taken within each round. */
  readonly ofPrisma?: number | undefined;
}

export type Rates = Readonly<Record<string, Rate>>;

/** How one contender answers one shape of reads over HTTP. */
export interface ReadRate extends Rate {
  /** As a part of what Hotpath does; taken within each round. */
  readonly ofHotpath: number;
  readonly withoutHttp: Rate;
  /** Prisma's: the better of its two ways to load relations. */
  readonly strategy?: string;
}

/** By shape, then by contender. */
export type ReadRates = Readonly<Record<string, Readonly<Record<string, ReadRate>>>>;

export interface RowsScale {
  readonly ms: number;
  readonly statements: number;
}

export interface ConnectionsScale {
  readonly rate: number;
  readonly p95Ms: number;
  readonly errors: number;
  readonly rssBytes?: number | undefined;
}

export interface Scale {
  /** By the number of children. */
  readonly rows: Readonly<Record<string, { readonly hotpath: RowsScale; readonly before: RowsScale }>>;
  readonly connections: Readonly<Record<string, ConnectionsScale>>;
  /** Requests a second by the number of workers. */
  readonly workers: Readonly<Record<string, { readonly hot: number; readonly cold: number }>>;
  /** By the size of the data. */
  readonly data: Readonly<Record<string, { readonly ms: number; readonly rows: number }>>;
}

export interface Memory {
  /** Resident bytes. */
  readonly rest: number;
  readonly load: number;
  readonly after: number;
}

export interface Latency {
  readonly meanMs: number;
  readonly p95Ms: number;
  /** Orders a second. */
  readonly rate: number;
}

/** Orders by how fast the mail server is. */
export interface Orders {
  readonly fast: Latency;
  readonly hanging: Latency;
  /** Of the mean latencies, hanging to fast. */
  readonly ratio: number;
}

/** Reads and writes as they come. */
export interface MixedTraffic {
  /** Of the reads, the part that a cache answered: 0 to 1. */
  readonly hitRate: number;
  readonly statementsPerRequest: number;
  /** Of the requests, the part that wrote. */
  readonly writeShare: number;
  readonly rate: number;
  readonly p95Ms: number;
}

/** Honest users under a flood of distinct questions; rates are parts of their reads: 0 to 1. */
export interface Flooded {
  /** The part that memory answered before the flood. */
  readonly calmMemoryHitRate: number;
  /** The part that memory or Redis answered. */
  readonly honestHitRate: number;
  readonly honestMemoryHitRate: number;
  readonly viewersMemoryHitRate: number;
  readonly publicMemoryHitRate: number;
  /** Questions of the flood a second. */
  readonly floodRate: number;
}

/** CPU time of a cold read, in microseconds. */
export interface ColdCost {
  /** Reads a second. */
  readonly rate: number;
  readonly nodeCpuUs: number;
  readonly primaryCpuUs: number;
  readonly standbysCpuUs: number;
}

/** Cold reads without standbys, with one and with two. */
export interface ReplicasResult {
  readonly none: ColdCost;
  readonly one: ColdCost;
  readonly two: ColdCost;
}

/** Rates by workload, with triggers and without; and orders. */
export interface WritesResult {
  readonly orders?: Orders;
  readonly [workload: string]: Rates | Orders | undefined;
}

/** The cost of the log for one workload over minutes, trimming included. */
export interface LogCost {
  readonly rates: Rates;
  /** How often a log was emptied. */
  readonly emptied: number;
  /** The most that the log took, in bytes. */
  readonly mostBytes: number;
}

/** The statements of the service with advised indexes, beside the project's own. */
export interface AdvisedIndexes {
  readonly statements: number;
  readonly indexes: number;
  /** Statements that are slower by more than a tenth. */
  readonly slower: number;
  /** The medians of all statements together. */
  readonly oursMs: number;
  readonly advisedMs: number;
}

export interface Figures {
  readonly beforeAfter: Readonly<Record<string, Pair>>;
  readonly cold: Rates;
  readonly reads: ReadRates;
  readonly hot: Rates;
  readonly mixed: MixedTraffic;
  readonly flood: Flooded;
  readonly tracing: Rates;
  readonly inspector: Rates;
  readonly replicas: ReplicasResult;
  readonly scale: Scale;
  readonly writes: WritesResult;
  readonly change: Rates;
  /** By workload. */
  readonly log: Readonly<Record<string, LogCost>>;
  readonly memory: Memory;
  readonly indexes: AdvisedIndexes;
  /** From the start of the process until it is ready. */
  readonly startMs: number;
}

export interface BenchRun extends Pick<Report, 'facts' | 'warnings'> {
  readonly at: string;
  readonly seconds: number;
  readonly size: BenchSize;
  readonly quick: boolean;
}

export interface Document extends Partial<Figures> {
  readonly machine: Machine;
  readonly runs: Readonly<Record<string, BenchRun>>;
  readonly rounds: Readonly<Record<string, object>>;
}

export type Machine = ReturnType<typeof machine>;

export const machine = () => ({
  cpus: `${availableParallelism()} of ${cpus()[0]?.model ?? 'an unknown kind'}`,
  memory: `${Math.round(totalmem() / 2 ** 30)} GB`,
  system: `${platform()} ${arch()}`,
  node: process.version,
});

export const newDocument = (): Document => ({ machine: machine(), runs: {}, rounds: {} });

export const readDocument = (file: string): Document =>
  existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Document) : newDocument();

/** The document with what a section has found. Sections may share a key: their parts stand side by side there. */
export function withReport(
  document: Document,
  section: string,
  { run, report }: { run: BenchRun; report: Report },
): Document {
  const figures = Object.entries(report.figures).map(([key, part]) => {
    const known = document[key as keyof Figures];
    return [key, typeof part === 'object' && typeof known === 'object' ? { ...known, ...part } : part];
  });
  return {
    machine: machine(),
    runs: { ...document.runs, [section]: run },
    ...figuresOf(document),
    ...Object.fromEntries(figures),
    rounds: { ...document.rounds, [section]: report.data },
  };
}

const figuresOf = ({ machine: _machine, runs: _runs, rounds: _rounds, ...figures }: Document): Partial<Figures> =>
  figures;

export function writeDocument(file: string, document: Document): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify(document, null, 2)}\n`);
}
