/** The options of `budgets`, and their validation. */
import type { FastifyRequest } from 'fastify';
import type pg from 'pg';
import { type BudgetMode, REPEATED } from './budget.ts';

export interface BudgetsOptions {
  /**
   * The pool or pools whose statements are counted: the pool of Prisma (`new PrismaPg(pool)`) or of Drizzle
   * (`db.$client`). Without it, count them by `countStatements(pool)`.
   */
  readonly pool?: pg.Pool | readonly pg.Pool[];
  /**
   * The treatment of a request over budget: it fails with status 500 (tests), it is logged (development), or it is
   * counted.
   */
  readonly mode: BudgetMode;
  /** The number of statements that a request may send if its route declares no budget; no limit without it. */
  readonly default?: number;
  /**
   * Refuses to register a route that declares no budget.
   * @defaultValue `false`
   */
  readonly required?: boolean;
  /** The number of repetitions of one statement in one request that is too many. 3 by default. */
  readonly repeated?: number;
  /**
   * Files that messages do not name, beside those in `node_modules` and in a folder `generated`. Examples are a
   * generated client, or the module that sends every query: messages then name its callers.
   * @defaultValue `[]`
   */
  readonly ignore?: readonly RegExp[];
  /** Adds `db` to the reply's `Server-Timing`: statements, and their time in milliseconds. On by default. */
  readonly serverTiming?: boolean;
  /**
   * The requests whose refusal (status 400 or more) shows its cost in the mode `count`; none by default. The cost
   * of "not found" can differ between an existing row and a missing one.
   */
  readonly showsCost?: (request: FastifyRequest) => boolean;
  /** Other headers of the application that show the cost. The plugin removes them where it does not show the cost. */
  readonly costHeaders?: readonly string[];
  /**
   * Adds `request.ledger`, `request.overrun` and `app.overruns`. Turn it off if the application uses these names
   * itself; `currentLedger()` still has the ledger.
   * @defaultValue `true`
   */
  readonly decorate?: boolean;
}

export type CheckedOptions = Required<Omit<BudgetsOptions, 'pool'>> & { readonly pools: readonly pg.Pool[] };

const MODES: readonly BudgetMode[] = ['throw', 'warn', 'count'];
const GENERATED = /[\\/]generated[\\/]/;
/** The options that Fastify itself reads. */
const OF_FASTIFY = ['prefix', 'logLevel', 'logSerializers'];

/** @throws {TypeError} naming the first invalid option, its value, and the values that are valid. */
export function checkedOptions(given: BudgetsOptions): CheckedOptions {
  const { pool, ...rest } = given;
  const options: CheckedOptions = {
    pools: pool === undefined ? [] : [pool].flat(),
    mode: rest.mode,
    default: rest.default ?? (rest.required ? 0 : Infinity),
    required: rest.required ?? false,
    repeated: rest.repeated ?? REPEATED,
    ignore: rest.ignore ?? [],
    serverTiming: rest.serverTiming ?? true,
    showsCost: rest.showsCost ?? (() => false),
    costHeaders: rest.costHeaders ?? [],
    decorate: rest.decorate ?? true,
  };
  const complaint = unknownOption(given, options) ?? misfit(options);
  if (complaint) throw new TypeError(`hotpath/budget: ${complaint}`);
  return { ...options, ignore: [GENERATED, ...options.ignore] };
}

function unknownOption(given: BudgetsOptions, known: CheckedOptions): string | undefined {
  const names = ['pool', ...OF_FASTIFY, ...Object.keys(known).filter((name) => name !== 'pools')];
  const unknown = Object.keys(given).find((name) => !names.includes(name));
  return unknown && `there is no option \`${unknown}\`.`;
}

function misfit(options: CheckedOptions): string | undefined {
  const { mode, ignore, showsCost, costHeaders } = options;
  if (!MODES.includes(mode)) return must('mode', mode, "'throw', 'warn' or 'count'");
  if (!isBudget(options.default)) return must('default', options.default, BUDGET);
  if (!isRepetition(options.repeated)) return must('repeated', options.repeated, REPETITION);
  if (!Array.isArray(ignore) || !ignore.every((pattern) => pattern instanceof RegExp)) {
    return must('ignore', ignore, 'a list of regular expressions');
  }
  if (typeof showsCost !== 'function') return must('showsCost', showsCost, 'a function of the request');
  if (!Array.isArray(costHeaders) || !costHeaders.every((name) => typeof name === 'string')) {
    return must('costHeaders', costHeaders, 'a list of names of headers');
  }
  for (const name of ['required', 'serverTiming', 'decorate'] as const) {
    if (typeof options[name] !== 'boolean') return must(name, options[name], 'true or false');
  }
  return undefined;
}

export const must = (name: string, value: unknown, wanted: string): string =>
  `\`${name}\` is ${shown(value)}, but must be ${wanted}.`;

function shown(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value);
  return typeof value === 'function' ? 'a function' : String(value);
}

export const BUDGET = 'a number of statements, 0 or more';
export const REPETITION = 'a number of times, 2 or more, or Infinity';

export const isBudget = (value: unknown): boolean =>
  value === Infinity || (Number.isInteger(value) && (value as number) >= 0);

export const isRepetition = (value: unknown): boolean =>
  value === Infinity || (Number.isInteger(value) && (value as number) >= 2);
