/** The service as a process of its own, as `npm start` runs it; tests control it by signals. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { onTestFinished } from 'vitest';

const PROJECT = join(import.meta.dirname, '../..');

export interface ServiceProcess {
  readonly child: ChildProcess;
  /** Where it listens. */
  readonly address: string;
  /** Its log, line by line, as it comes. */
  readonly log: readonly string[];
  /** Resolves with the exit code (`null` after a signal). */
  readonly exit: Promise<number | null>;
}

/**
 * Starts a program of `src/` and waits until it says where it listens. It does not outlive the test.
 * @param node the program that runs it.
 */
export async function startService(
  environment: Record<string, string>,
  file = 'src/main.ts',
  node = process.execPath,
): Promise<ServiceProcess> {
  const child = run(environment, file, [], node);
  onTestFinished(() => void child.kill('SIGKILL'));
  const log: string[] = [];
  const exit = once(child, 'exit').then(([code]) => code as number | null);
  const address = new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stdout! }).on('line', (line) => {
      log.push(line);
      const found = /Server listening at (http:\/\/[^"]+)/.exec(line)?.[1];
      if (found) resolve(found);
    });
    exit.then((code) => reject(new Error(`The process ended with ${code} before it listened:\n${log.join('\n')}`)));
  });
  return { child, log, exit, address: await address };
}

/** Runs a program of `src/` to its end. */
export async function runToEnd(environment: Record<string, string>, file = 'src/main.ts', args: string[] = []) {
  const child = run(environment, file, args);
  const output = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream]!.setEncoding('utf8').on('data', (text: string) => {
      output[stream] += text;
    });
  }
  const [code] = await once(child, 'close');
  return { ...output, code: code as number | null };
}

function run(
  environment: Record<string, string>,
  file: string,
  args: string[] = [],
  node = process.execPath,
): ChildProcess {
  const { PATH = '', HOME = '', NODE_COMPILE_CACHE = '' } = process.env;
  return spawn(node, [file, ...args], {
    cwd: PROJECT,
    env: { PATH, HOME, NODE_COMPILE_CACHE, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}
