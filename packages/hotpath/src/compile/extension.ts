/**
 * Compiled reads as a Prisma Client extension: `json()` and `jsonMany()` on every model.
 *
 * They take the arguments of `findUnique`/`findFirst` and `findMany`, typed by the client that is extended, and give
 * the JSON text that PostgreSQL built, in one statement whatever the depth:
 *
 *     const prisma = new PrismaClient({ adapter }).$extends(compiledReads({ dataModel, execute }));
 *     const { json, snapshot } = await prisma.user.json({ where: { id: 7 }, select: { name: true } });
 */
import { Prisma } from '@prisma/client/extension';
import { type Operation, skip, type Types } from '@prisma/client/runtime/client';
import { createCompiler, type ReadRow, type Statement } from './compile.ts';
import type { Computed } from './computed.ts';
import type { DataModel, Model } from './data-model.ts';
import { isObject } from './plan/arguments.ts';

export interface CompiledReadsOptions {
  readonly dataModel: DataModel;
  /** Sends the statement and gives its rows; whose connection, and in which transaction, is the caller's. */
  readonly execute: (statement: Statement) => Promise<readonly ReadRow[]>;
  /** How many shapes are kept. */
  readonly shapes?: number;
}

export type OneRow = Pick<ReadRow, 'json' | 'snapshot' | 'incarnation'>;

export interface ManyRows extends OneRow {
  readonly json: string;
}

/** A model without the operation has no arguments for it, where Prisma's own type would take anything. */
type ArgsOf<T, F extends Operation> = 0 extends 1 & Types.Public.Args<T, F> ? never : Types.Public.Args<T, F>;

type WithComputed<Args> = Args & { readonly computed?: Readonly<Record<string, Computed>> };

type OneArgs<T> = WithComputed<ArgsOf<T, 'findUnique'> | ArgsOf<T, 'findFirst'>>;
type ManyArgs<T> = WithComputed<ArgsOf<T, 'findMany'>>;

export function compiledReads({ dataModel, execute, shapes }: CompiledReadsOptions) {
  const compiler = createCompiler({ dataModel, ...(shapes !== undefined && { shapes }) });

  async function json<T, A>(this: T, args: Types.Public.Exact<A, OneArgs<T>>): Promise<OneRow> {
    const model = Prisma.getExtensionContext(this).$name!;
    const action = namesOneRow(dataModel.models[model]!, args) ? 'findUnique' : 'findFirst';
    const [row] = await execute(compiler.compile({ model, action, args: args as object }));
    return row!;
  }

  async function jsonMany<T, A>(this: T, args?: Types.Public.Exact<A, ManyArgs<T>>): Promise<ManyRows> {
    const model = Prisma.getExtensionContext(this).$name!;
    const [row] = await execute(compiler.compile({ model, action: 'findMany', args: (args ?? {}) as object }));
    return row as ManyRows;
  }

  return Prisma.defineExtension({ name: 'compiledReads', model: { $allModels: { json, jsonMany } } });
}

/** Whether the arguments are `findUnique`'s: a value for a unique key, and nothing that orders or cuts a list. */
function namesOneRow({ uniques, fields }: Model, args: unknown): boolean {
  if (!isObject(args) || !isObject(args['where'])) return false;
  if (['orderBy', 'take', 'skip', 'distinct', 'cursor'].some((key) => key in args)) return false;
  return Object.entries(args['where']).some(([key, value]) => {
    if (!Object.hasOwn(uniques, key) || value === null || value === skip) return false;
    return isObject(value) !== Object.hasOwn(fields, key);
  });
}
