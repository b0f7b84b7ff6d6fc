import { type SpawnOptions, spawn } from 'node:child_process';

export interface ProcessResult {
  /** The exit code; null if a signal ended the process. */
  readonly code: number | null;
  /** The output on stdout and stderr, in the order of arrival. */
  readonly output: string;
}

/** Runs a program to its end. Rejects only if the program cannot start. */
export function runProcess(file: string, args: readonly string[], options: SpawnOptions = {}): Promise<ProcessResult> {
  const { promise, resolve, reject } = Promise.withResolvers<ProcessResult>();
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
