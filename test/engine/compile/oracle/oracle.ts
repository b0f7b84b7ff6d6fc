/** Prisma as the oracle: the same arguments answered by the compiler and by Prisma Client, side by side. */
import { isDeepStrictEqual } from 'node:util';
import { type Compiler, createCompiler } from '../../../../src/engine/compile/compile.ts';
import { CompileError } from '../../../../src/engine/compile/error.ts';
import { type Args, drawList, drawUnique, hasUnique } from './arguments.ts';
import { type Database, delegate } from './data.ts';
import { type Draw, once, pick } from './draw.ts';

export interface Case {
  readonly model: string;
  readonly action: 'findUnique' | 'findFirst' | 'findMany';
  readonly args: Args;
}

export type Verdict =
  | { readonly kind: 'equal'; readonly rows: number }
  | { readonly kind: 'refused' | 'refused by prisma'; readonly reason: string }
  | { readonly kind: 'different'; readonly expected: unknown; readonly actual: unknown; readonly text: string };

export function drawCase({ dataModel, nulls }: Database, draw: Draw): Case {
  const model = pick(draw, Object.values(dataModel.models));
  const source = { dataModel, draw, nulls };
  if (hasUnique(model) && once(draw, 6))
    return { model: model.name, action: 'findUnique', args: drawUnique(source, model, 2) };
  const args = drawList(source, model, 2);
  if (!once(draw, 8)) return { model: model.name, action: 'findMany', args };
  return {
    model: model.name,
    action: 'findFirst',
    args: { ...args, ...('take' in args && { take: pick(draw, [1, -1]) }) },
  };
}

/** The rules of `JSON.stringify`, with the two values that it leaves open as the design says: strings, and base64. */
export function asJson(value: unknown): unknown {
  const text = JSON.stringify(value, (_, each) => {
    if (typeof each === 'bigint') return String(each);
    return each instanceof Uint8Array ? Buffer.from(each).toString('base64') : each;
  });
  return text === undefined ? undefined : JSON.parse(text);
}

export function oracle(database: Database): (given: Case) => Promise<Verdict> {
  const compiler = createCompiler({ dataModel: database.dataModel });
  return async (given) => {
    const statement = compiled(compiler, given);
    if ('reason' in statement) return { kind: 'refused', reason: statement.reason };
    const expected = await answerOfPrisma(database, given);
    if ('reason' in expected) return { kind: 'refused by prisma', reason: expected.reason };
    const actual = await answer(database, statement);
    if (isDeepStrictEqual(actual, expected.value))
      return { kind: 'equal', rows: Array.isArray(actual) ? actual.length : 1 };
    return { kind: 'different', expected: expected.value, actual, text: statement.text };
  };
}

/** A refusal counts only where the compiler says that it does not support what is valid otherwise. */
function compiled(compiler: Compiler, given: Case) {
  try {
    return compiler.compile(given, { snapshot: false });
  } catch (error) {
    if (error instanceof CompileError && error.code === 'NOT_SUPPORTED')
      return { reason: error.message.replace(/ at .*/, '') };
    throw error;
  }
}

async function answerOfPrisma(
  { client }: Database,
  { model, action, args }: Case,
): Promise<{ value: unknown } | { reason: string }> {
  try {
    return { value: asJson(await delegate(client, model)[action]({ ...args, relationLoadStrategy: 'query' })) };
  } catch (error) {
    return {
      reason: (error as Error).message.trim().split('\n').at(-1)!,
    };
  }
}

async function answer(
  { pool }: Database,
  { text, values, name }: { text: string; values: readonly unknown[]; name?: string },
): Promise<unknown> {
  const { rows } = await pool.query({ text, values: [...values], ...(name && { name }) });
  return rows[0].json === null ? null : JSON.parse(rows[0].json);
}
