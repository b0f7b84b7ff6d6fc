/** Runs a program that checks something: the result is empty if the program exits with 0, else its whole output. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

interface Failure {
  readonly stdout?: string;
  readonly stderr?: string;
  readonly message: string;
}

export async function run(program: string, args: readonly string[], options: object = {}): Promise<string[]> {
  return promisify(execFile)(program, args, { maxBuffer: 2 ** 24, ...options }).then(
    () => [],
    ({ stdout = '', stderr = '', message }: Failure) => [`${message}\n${stdout}${stderr}`.trim()],
  );
}
