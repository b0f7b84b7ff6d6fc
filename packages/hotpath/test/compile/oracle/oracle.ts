/** Prisma as the oracle: the compiler and Prisma Client answer the same arguments, side by side. */
import { isDeepStrictEqual } from 'node:util';
import { type Compiler, createCompiler, type Statement } from 'hotpath/compile/compile';
import { CompileError } from 'hotpath/compile/error';
import { type Execute, executeOn } from 'hotpath/compile/execute';
import { drawList, drawUnique, hasUnique } from './arguments.ts';
import { type Database, delegate } from './data.ts';
import { type Draw, once, pick } from './draw.ts';
import { drawWhere } from './filters.ts';
import type { Args } from './source.ts';

export interface Case {
  readonly model: string;
  readonly action: 'findUnique' | 'findFirst' | 'findMany' | 'count';
  readonly args: Args;
}

export type Verdict =
  | { readonly kind: 'equal'; readonly rows: number }
  | { readonly kind: 'refused' | 'refused by prisma'; readonly reason: string }
  | ({ readonly kind: 'different' } & Disagreement);

export interface Disagreement {
  /** `values`, or the error of the compiler or of PostgreSQL without the details of the arguments. */
  readonly failure: string;
  readonly expected: unknown;
  /** The result of the compiled statement: an answer, or an error. */
  readonly actual: unknown;
  readonly text?: string;
}

export function drawCase({ dataModel, nulls }: Pick<Database, 'dataModel' | 'nulls'>, draw: Draw): Case {
  const model = pick(draw, Object.values(dataModel.models));
  const source = { dataModel, draw, nulls };
  if (hasUnique(model) && once(draw, 6))
    return { model: model.name, action: 'findUnique', args: drawUnique(source, model, 2) };
  if (once(draw, 20)) return { model: model.name, action: 'count', args: { where: drawWhere(source, model, 2) } };
  const args = drawList(source, model, 2);
  if (!once(draw, 8)) return { model: model.name, action: 'findMany', args };
  return {
    model: model.name,
    action: 'findFirst',
    args: { ...args, ...('take' in args && { take: pick(draw, [1, -1]) }) },
  };
}

/**
 * The rules of `JSON.stringify`, and the project's own for the two values that it cannot write: BigInt as a string, bytes as base64.
 */
export function asJson(value: unknown): unknown {
  const text = JSON.stringify(value, (_, each) => {
    if (typeof each === 'bigint') return String(each);
    return each instanceof Uint8Array ? Buffer.from(each).toString('base64') : each;
  });
  return text === undefined ? undefined : JSON.parse(text);
}

/** Runs both forms of a statement: they return the same JSON to the byte, and it equals that of Prisma Client. */
export function oracle(database: Database): (given: Case) => Promise<Verdict> {
  const compiler = createCompiler({ dataModel: database.dataModel });
  const unreadable: Error[] = [];
  const execute = executeOn(database.pool, { onUnreadable: (error) => unreadable.push(error) });
  return async (given) => {
    const statement = compiled(compiler, given);
    if (statement instanceof CompileError && statement.code === 'NOT_SUPPORTED')
      return { kind: 'refused', reason: statement.message.replace(/ at .*/, '') };
    const expected = await answerOfPrisma(database, given);
    if ('reason' in expected) return { kind: 'refused by prisma', reason: expected.reason };
    const { value } = expected;
    if (statement instanceof Error) return { kind: 'different', ...failed(statement, value) };
    const text = await answer(execute, statement);
    const fault = text instanceof Error ? text : unreadable.pop();
    if (fault || text instanceof Error)
      return { kind: 'different', ...failed(fault as Error, value), text: statement.text };
    const byPostgres = await answer(execute, statement.asJson?.() ?? statement);
    const { text: sql } = statement;
    if (byPostgres !== text)
      return { kind: 'different', failure: 'forms', expected: byPostgres, actual: text, text: sql };
    const actual = text === null ? null : JSON.parse(text);
    if (isDeepStrictEqual(actual, value)) return { kind: 'equal', rows: rowsIn(actual) };
    return { kind: 'different', failure: 'values', expected: value, actual, text: statement.text };
  };
}

function failed(error: Error, expected: unknown): Disagreement {
  const failure = String((error as { code?: unknown }).code ?? error.name);
  return { failure, expected, actual: `${error.name}: ${error.message}` };
}

function rowsIn(answer: unknown): number {
  if (Array.isArray(answer)) return answer.length;
  return answer === null || answer === 0 ? 0 : 1;
}

/** The statement, or the reason of its refusal. A refusal counts only if the compiler says that it does not support the arguments. */
function compiled(compiler: Compiler, given: Case): Statement | Error {
  try {
    return compiler.compile(given, { snapshot: false });
  } catch (error) {
    return error as Error;
  }
}

async function answerOfPrisma(
  { client }: Database,
  { model, action, args }: Case,
): Promise<{ value: unknown } | { reason: string }> {
  const strategy = action === 'count' ? {} : { relationLoadStrategy: 'query' };
  try {
    return { value: asJson(await delegate(client, model)[action]({ ...args, ...strategy })) };
  } catch (error) {
    return { reason: reasonIn(error as Error) };
  }
}

/** The sentence of Prisma's message, without the values in it. */
function reasonIn({ message }: Error): string {
  const last = message.trim().split('\n').at(-1)!;
  return last
    .replace(/; node: .*/, '')
    .replace(/"[^"]*"/g, '…')
    .slice(0, 200);
}

async function answer(execute: Execute, statement: Statement): Promise<string | null | Error> {
  try {
    return (await execute(statement)).json;
  } catch (error) {
    return error as Error;
  }
}
