/** The processes of the check: Redis and instances of the service, started, killed and started again on their ports. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const PROJECT = join(import.meta.dirname, '../../..');

export interface Program {
  readonly file: string;
  readonly args: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  /** The line that it prints when it is ready. */
  readonly ready: RegExp;
  /** Gets each later line, and the time at which it was ready. */
  readonly onLine?: (line: string, readyAt: number) => void;
}

export interface Running {
  start(): Promise<void>;
  /** Ends it at once, as a crash does. */
  kill(): Promise<void>;
  pause(): void;
  resume(): void;
}

/** Starts a program, to be killed with the stack. */
export async function startProcess(stack: AsyncDisposableStack, program: Program): Promise<Running> {
  let child: ChildProcess | undefined;
  const running: Running = {
    async start() {
      child = await spawned(program);
    },
    async kill() {
      if (!child || child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    },
    pause: () => void child!.kill('SIGSTOP'),
    resume: () => void child!.kill('SIGCONT'),
  };
  stack.defer(() => running.kill());
  await running.start();
  return running;
}

async function spawned({ file, args, environment = {}, ready, onLine }: Program): Promise<ChildProcess> {
  const { PATH = '', HOME = '', NODE_COMPILE_CACHE = '' } = process.env;
  const child = spawn(file, args, {
    cwd: PROJECT,
    env: { PATH, HOME, NODE_COMPILE_CACHE, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  // Nothing outlives the check, however it ends.
  const end = () => void child.kill('SIGKILL');
  process.once('exit', end);
  child.once('exit', () => process.off('exit', end));
  const said: string[] = [];
  let readyAt: number | undefined;
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', (line) => {
      if (said.length < 100) said.push(line);
      if (readyAt !== undefined) onLine?.(line, readyAt);
      if (!ready.test(line)) return;
      readyAt = performance.now();
      resolve();
    });
  }
  child.once('error', reject);
  child.once('exit', (code) => reject(new Error(`${file} ended with ${code}:\n${said.join('\n')}`)));
  await promise;
  return child;
}
