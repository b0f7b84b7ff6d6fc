/**
 * The compiler of reads: Prisma's arguments to one SQL statement that returns JSON text.
 *
 * A pipeline of pure functions over plain data: arguments -> plan (`plan/`, checked, without values) -> text (`sql/`).
 * The plan is the shape of the arguments, so its JSON is the key of a bounded LRU of texts: a shape seen before costs
 * its planning and a look-up. What is selected is planned once, if it is frozen and holds no values.
 *
 * A statement's name is the hash of its text, so each connection prepares it once. PostgreSQL never forgets a prepared
 * statement by itself; so that a flood of shapes cannot fill its memory, a text is named from its second use on, and
 * no more texts are ever named than the LRU holds. Past that a statement goes unnamed.
 */
import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { DataModel } from '../model/data-model.ts';
import { at, refuse } from './error.ts';
import type { Planner } from './plan/arguments.ts';
import { OutputMemory } from './plan/output-memory.ts';
import type { RootPlan } from './plan/plan.ts';
import { planRoot, type ReadRequest } from './plan/read.ts';
import { type Roots, type StatementOptions, statement } from './sql/statement.ts';

export interface Statement {
  /** Gives one `ReadRow`. */
  readonly text: string;
  readonly values: readonly unknown[];
  /** Absent for a shape beyond those that are prepared. */
  readonly name?: string;
}

/** The one row that a statement gives, all text. */
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
}

export function createCompiler({ dataModel, shapes = 1_000 }: CompilerOptions): Compiler {
  const kept = new LRUCache<string, Shape>({ max: shapes });
  const names = new Set<string>();
  const remembered = new OutputMemory();

  function shapeOf(roots: Roots, snapshot: boolean): Shape {
    const key = JSON.stringify([snapshot, roots]);
    const known = kept.get(key);
    if (known) {
      known.name ??= nameFor(known.text);
      return known;
    }
    const shape: Shape = { text: statement(dataModel, roots, { snapshot }), name: undefined };
    kept.set(key, shape);
    return shape;
  }

  function nameFor(text: string): string | undefined {
    const name = createHash('sha256').update(text).digest('base64url').slice(0, 22);
    if (names.size < shapes) names.add(name);
    return names.has(name) ? name : undefined;
  }

  function assemble(plan: (planner: Planner) => Roots, { snapshot = true }: Partial<StatementOptions> = {}): Statement {
    const planner: Planner = { dataModel, remembered, values: [], negated: false };
    const roots = plan(planner);
    if (planner.values.length > MOST_VALUES) refuseValues(planner.values.length);
    const { text, name } = shapeOf(roots, snapshot);
    return name === undefined ? { text, values: planner.values } : { text, values: planner.values, name };
  }

  return {
    compile: (request, options) => assemble((planner) => planRoot(planner, request), options),
    compileAll: (requests, options) => assemble((planner) => planAll(planner, requests), options),
  };
}

/** PostgreSQL's protocol counts the parameters of a statement in 16 bits. */
const MOST_VALUES = 65_535;

function refuseValues(count: number): never {
  return refuse(undefined, {
    code: 'NOT_SUPPORTED',
    message: `A statement has at most ${MOST_VALUES} values, and this one has ${count}; a list in \`in\` counts as one`,
  });
}

interface Shape {
  readonly text: string;
  name: string | undefined;
}

function planAll(planner: Planner, requests: Readonly<Record<string, ReadRequest>>): Record<string, RootPlan> {
  const keys = Object.keys(requests).sort();
  return Object.fromEntries(keys.map((key) => [key, planRoot(planner, requests[key]!, at(undefined, key))]));
}
