/** Runs a program to its end, and returns its output. */
import { type SpawnOptions, spawn } from 'node:child_process';

/** The result of a program that has run to its end. */
export interface EndedProgram {
  /** The exit code, or null if a signal ended the program. */
  readonly code: number | null;
  /** The output on stdout and stderr, in the order of arrival. */
  readonly output: string;
}

/** Rejects only if the program cannot be started at all. */
export function runProgram(file: string, args: readonly string[], options: SpawnOptions = {}): Promise<EndedProgram> {
  const { promise, resolve, reject } = Promise.withResolvers<EndedProgram>();
  const child = spawn(file, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'], windowsHide: true });
  let output = '';
  for (const stream of [child.stdout!, child.stderr!]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  child.on('error', reject);
  child.on('close', (code) => resolve({ code, output }));
  return promise;
}
