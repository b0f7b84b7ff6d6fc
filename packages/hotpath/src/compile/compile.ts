/**
 * The compiler of reads: Prisma's arguments to one SQL statement, and the layout of its rows, from which a writer makes JSON.
 *
 * A pipeline of pure functions over plain data: arguments -> plan (`plan/`, checked, without values) -> text (`sql/`).
 * The plan is the shape of the arguments, so its JSON is the key of a bounded LRU of texts: a shape seen before costs
 * its planning and a look-up. A `select` that is frozen in depth is planned once.
 *
 * A statement's name is the hash of its text, so each connection prepares it once. PostgreSQL never forgets a prepared
 * statement by itself; so that a flood of shapes cannot fill its memory, a text gets a name at its second use, and
 * the compiler never names more texts than the LRU holds. Later statements have no name.
 */
import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { DataModel } from '../model/data-model.ts';
import { at, refuse } from './error.ts';
import type { Planner } from './plan/arguments.ts';
import { OutputMemory } from './plan/output-memory.ts';
import type { RootPlan } from './plan/plan.ts';
import { PARTS, planRoot, type ReadRequest } from './plan/read.ts';
import type { GlobalOmit } from './prisma-internals.ts';
import type { RowsLayout } from './rows/layout.ts';
import { rowsStatement } from './sql/rows-statement.ts';
import { isSingleRoot, type Roots, type StatementOptions, statement } from './sql/statement.ts';

export interface Statement {
  readonly text: string;
  readonly values: readonly unknown[];
  /** Absent for a shape beyond those that are prepared. */
  readonly name?: string;
  /** How the answer is made of the rows in PostgreSQL's binary format. Without it the statement gives one `ReadRow`. */
  readonly rows?: RowsLayout;
  /** Of a statement with `rows`: the one with the same values that gives one `ReadRow`, for a client that reads text. */
  readonly asJson?: () => Statement;
}

/** The answer to a read, all text. */
export interface ReadRow {
  /** Null where there is no such row. */
  readonly json: string | null;
  /** As PostgreSQL writes it; unless declined. */
  readonly snapshot: string;
  /** The life of the database in which the snapshot holds; unless declined. */
  readonly incarnation: string;
  /** An integer: a time is its microseconds since 1970. Null where there is no such row, and for an infinite time. */
  readonly version?: string | null;
  /** A JSON array of texts and nulls, exact to the last digit; null where nothing comes after the page. */
  readonly next?: string | null;
  /** A JSON array with an array for each row; null where there are no rows. */
  readonly keys?: string | null;
  readonly total?: string;
}

export interface Compiler {
  /** @throws CompileError for arguments that it does not answer. */
  compile(request: ReadRequest, options?: Partial<StatementOptions>): Statement;
  /** Several reads in one statement, at one snapshot: their JSON as one object under the same keys. */
  compileAll(requests: Readonly<Record<string, ReadRequest>>, options?: Partial<StatementOptions>): Statement;
}

export interface CompilerOptions {
  readonly dataModel: DataModel;
  /** How many shapes are kept, and how many statements are named. */
  readonly shapes?: number;
  /** Fields that are left out of every row without a `select`, as a client's own `omit` does; none without it. */
  readonly omit?: GlobalOmit;
}

export const createCompiler = (options: CompilerOptions): Compiler => new ShapeCompiler(options);

/** Keeps the text of each shape, and the names of the texts that are prepared. */
class ShapeCompiler implements Compiler {
  readonly #dataModel: DataModel;
  readonly #omit: GlobalOmit;
  readonly #mostNames: number;
  readonly #shapes: LRUCache<string, Shape>;
  readonly #names = new Set<string>();
  readonly #remembered = new OutputMemory();

  constructor({ dataModel, shapes = 1_000, omit = {} }: CompilerOptions) {
    this.#dataModel = dataModel;
    this.#omit = omit;
    this.#mostNames = shapes;
    this.#shapes = new LRUCache({ max: shapes });
  }

  /** Properties, so that callers may take them off the compiler. */
  readonly compile: Compiler['compile'] = (request, options) =>
    this.#assemble((planner) => planRoot(planner, request), options);

  readonly compileAll: Compiler['compileAll'] = (requests, options) =>
    this.#assemble((planner) => planAll(planner, requests), options);

  #assemble(plan: (planner: Planner) => Roots, given: Partial<StatementOptions> = {}): Statement {
    const planner: Planner = {
      dataModel: this.#dataModel,
      omit: this.#omit,
      remembered: this.#remembered,
      values: [],
      negated: false,
      parts: PARTS,
    };
    const roots = plan(planner);
    if (planner.values.length > MOST_VALUES) refuseValues(planner.values.length);
    return this.#statementOf(roots, planner.values, { snapshot: true, form: 'rows', ...given });
  }

  #statementOf(roots: Roots, values: readonly unknown[], options: StatementOptions): Statement {
    const { text, name, rows } = this.#shapeOf(roots, options);
    const named = name === undefined ? { text, values } : { text, values, name };
    if (!rows) return named;
    return { ...named, rows, asJson: () => this.#statementOf(roots, values, { ...options, form: 'json' }) };
  }

  #shapeOf(roots: Roots, options: StatementOptions): Shape {
    const key = JSON.stringify([options, roots]);
    const known = this.#shapes.get(key);
    if (known) {
      known.name ??= this.#nameFor(known.text);
      return known;
    }
    const shape: Shape = { name: undefined, ...formOf(this.#dataModel, roots, options) };
    this.#shapes.set(key, shape);
    return shape;
  }

  #nameFor(text: string): string | undefined {
    const name = createHash('sha256').update(text).digest('base64url').slice(0, 22);
    if (this.#names.size < this.#mostNames) this.#names.add(name);
    return this.#names.has(name) ? name : undefined;
  }
}

/** PostgreSQL's protocol counts the parameters of a statement in 16 bits. */
const MOST_VALUES = 65_535;

function refuseValues(count: number): never {
  return refuse(undefined, {
    code: 'NOT_SUPPORTED',
    message: `A statement has at most ${MOST_VALUES} values, and this one has ${count}; a list in \`in\` counts as one`,
  });
}

interface Shape extends Form {
  name: string | undefined;
}

interface Form {
  readonly text: string;
  readonly rows?: RowsLayout;
}

function formOf(dataModel: DataModel, roots: Roots, options: StatementOptions): Form {
  const isRows = options.form === 'rows' && isSingleRoot(roots) && roots.kind !== 'count';
  const made = isRows ? rowsStatement(dataModel, roots, options) : undefined;
  return made ? { text: made.text, rows: made.layout } : { text: statement(dataModel, roots, options) };
}

function planAll(planner: Planner, requests: Readonly<Record<string, ReadRequest>>): Record<string, RootPlan> {
  const keys = Object.keys(requests).sort();
  return Object.fromEntries(keys.map((key) => [key, planRoot(planner, requests[key]!, at(undefined, key))]));
}
