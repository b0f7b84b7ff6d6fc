import { spawn } from 'node:child_process';

/** The system user that a program runs as, if not as ourselves. */
export interface ServerUser {
  readonly uid: number;
  readonly gid: number;
}

export interface ProcessResult {
  /** The exit code, or null when a signal ended the process. */
  readonly code: number | null;
  /** What it wrote to stdout and stderr, in the order of arrival. */
  readonly output: string;
}

/** Runs a program to its end, as `user` where one is given. Rejects only if it cannot be started at all. */
export function runProcess(file: string, args: readonly string[], user?: ServerUser): Promise<ProcessResult> {
  const { promise, resolve, reject } = Promise.withResolvers<ProcessResult>();
  // The server's user may be barred from our working directory; PostgreSQL's programs fail in such a place.
  const child = spawn(file, args, { ...user, cwd: '/', stdio: ['ignore', 'pipe', 'pipe'], windowsHide: true });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  child.on('error', reject);
  child.on('close', (code) => resolve({ code, output }));
  return promise;
}
