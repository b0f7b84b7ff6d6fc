/**
 * Child processes that answer questions. Each contender runs in a process of its own, so that its CPU time is its own. The
 * parent asks one question at a time; a child ends when its parent does.
 */
import { type ChildProcess, fork, type SpawnOptions, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

export interface Child {
  readonly pid: number;
  /** @throws what the child threw, or that it has ended. */
  ask<Result>(question: string, about?: object): Promise<Result>;
}

type Handlers = Readonly<Record<string, (about: never) => unknown>>;
interface Question {
  readonly question: string;
  readonly about: object;
}
type Reply = { readonly result: unknown } | { readonly error: string };

export interface ChildModule {
  readonly file: string;
  readonly args?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
}

/** Starts a module as a child, to be ended with the stack. */
export function startChild(stack: AsyncDisposableStack, { file, args = [], environment = {} }: ChildModule): Child {
  const child = fork(file, args, { env: environment, stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  endWith(stack, child);
  let waiting: PromiseWithResolvers<unknown> | undefined;
  child.on('exit', (code, signal) =>
    waiting?.reject(new Error(`${file} ended (${signal ?? code}) without an answer.`)),
  );
  child.on('message', (reply: Reply) => {
    if ('error' in reply) waiting!.reject(new Error(reply.error));
    else waiting!.resolve(reply.result);
  });
  return {
    pid: child.pid!,
    ask<Result>(question: string, about: object = {}) {
      waiting = Promise.withResolvers();
      child.send({ question, about } satisfies Question);
      return waiting.promise as Promise<Result>;
    },
  };
}

/** Starts the process that makes load, to be ended with the stack. */
export const startLoad = (stack: AsyncDisposableStack): Child =>
  startChild(stack, { file: join(import.meta.dirname, 'load.ts') });

/** Starts any program, to be ended with the stack. */
export function startProgram(stack: AsyncDisposableStack, [file, ...args]: readonly string[], options: SpawnOptions) {
  const child = spawn(file!, args, options);
  endWith(stack, child);
  return child;
}

function endWith(stack: AsyncDisposableStack, child: ChildProcess): void {
  if (stack.disposed) child.kill();
  else stack.defer(() => end(child));
}

async function end(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  child.kill();
  await once(child, 'exit');
}

/** In a child: answers what its parent asks, until the parent is gone. */
export function answerQuestions(handlers: Handlers): void {
  process.once('disconnect', () => process.exit());
  process.on('message', async ({ question, about }: Question) => {
    process.send!(await reply(handlers[question] as (about: object) => unknown, about));
  });
}

async function reply(handler: (about: object) => unknown, about: object): Promise<Reply> {
  try {
    return { result: await handler(about) };
  } catch (error) {
    return { error: (error as Error).stack ?? String(error) };
  }
}
