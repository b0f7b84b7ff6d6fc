/**
 * Compiled reads as a Prisma Client extension: `json()` and `jsonMany()` on every model.
 *
 * They take the arguments of `findUnique`/`findFirst` and `findMany`, typed by the extended client, and return the JSON
 * text that PostgreSQL built, in one statement whatever the depth:
 *
 *     const prisma = new PrismaClient({ adapter }).$extends(compiledReads({ model, pool }));
 *     const json = await prisma.post.jsonMany({
 *       select: { title: true, author: { select: { name: true } } },
 *       take: 20,
 *     });
 */
import { Prisma } from '@prisma/client/extension';
import type { Operation, Types } from '@prisma/client/runtime/client';
import { type PoolOrUrl, readingPool } from '../budget/reading-pool.ts';
import { createCompiler } from '../compile/compile.ts';
import type { Computed } from '../compile/computed.ts';
import { executeOn } from '../compile/execute.ts';
import { isObject } from '../compile/plan/arguments.ts';
import { globalOmitOf, isSkip } from '../compile/prisma-internals.ts';
import type { DataModel, Model } from '../model/data-model.ts';

export interface CompiledReadsOptions {
  /** The data model, as the generator `hotpath-datamodel` wrote it. */
  readonly model: DataModel;
  /**
   * The pool for the statements, or the URL of the database. The statements are outside of the client's transactions.
   */
  readonly pool: PoolOrUrl;
  /** The number of argument shapes and prepared statements to keep; 1000 without it. */
  readonly shapes?: number;
}

/** A model without the operation has no arguments for it; Prisma's own type would accept any. */
type ArgsOf<T, F extends Operation> = 0 extends 1 & Types.Public.Args<T, F> ? never : Types.Public.Args<T, F>;

type WithComputed<Args> = Args & { readonly computed?: Readonly<Record<string, Computed>> };

type OneArgs<T> = WithComputed<ArgsOf<T, 'findUnique'> | ArgsOf<T, 'findFirst'>>;
type ManyArgs<T> = WithComputed<ArgsOf<T, 'findMany'>>;

export function compiledReads({ model: dataModel, pool, shapes }: CompiledReadsOptions) {
  const execute = executeOn(readingPool(pool).pool);

  return Prisma.defineExtension((client) => {
    const compiler = createCompiler({
      dataModel,
      omit: globalOmitOf(client),
      ...(shapes !== undefined && { shapes }),
    });

    /** The JSON text of one row; `null` if no row matches. */
    async function json<T, A>(this: T, args: Types.Public.Exact<A, OneArgs<T>>): Promise<string | null> {
      const model = Prisma.getExtensionContext(this).$name!;
      const action = namesOneRow(dataModel.models[model]!, args) ? 'findUnique' : 'findFirst';
      return (await execute(compiler.compile({ model, action, args: args as object }))).json;
    }

    /** The JSON text of a list of rows. */
    async function jsonMany<T, A>(this: T, args?: Types.Public.Exact<A, ManyArgs<T>>): Promise<string> {
      const model = Prisma.getExtensionContext(this).$name!;
      const statement = compiler.compile({ model, action: 'findMany', args: (args ?? {}) as object });
      return (await execute(statement)).json!;
    }

    return client.$extends({ name: 'compiledReads', model: { $allModels: { json, jsonMany } } });
  });
}

/** Whether the arguments are `findUnique`'s: a value for a unique key, and nothing that orders or cuts a list. */
function namesOneRow({ uniques, fields }: Model, args: unknown): boolean {
  if (!isObject(args) || !isObject(args['where'])) return false;
  if (['orderBy', 'take', 'skip', 'distinct', 'cursor'].some((key) => key in args)) return false;
  return Object.entries(args['where']).some(([key, value]) => {
    if (!Object.hasOwn(uniques, key) || value === null || isSkip(value)) return false;
    return isObject(value) !== Object.hasOwn(fields, key);
  });
}
