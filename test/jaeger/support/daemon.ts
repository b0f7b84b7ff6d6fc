/** A server of another project as a child process, in a folder that is removed when it stops. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';

export interface DaemonOptions {
  readonly program: string;
  readonly args: readonly string[];
  /** The URL that answers with `readyStatus` (default 200) when the server is ready. */
  readonly readyUrl: string;
  readonly readyStatus?: number;
  /** Variables that are added to the environment of this process. */
  readonly env?: Readonly<Record<string, string>>;
}

export class Daemon {
  readonly log: string[] = [];
  readonly #child: ChildProcess;
  readonly #readyUrl: string;
  readonly #readyStatus: number;

  constructor({ program, args, readyUrl, readyStatus = 200, env = {} }: DaemonOptions) {
    this.#child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...env } });
    for (const stream of [this.#child.stdout!, this.#child.stderr!]) {
      stream.setEncoding('utf8').on('data', (text: string) => void this.log.push(text));
    }
    this.#readyUrl = readyUrl;
    this.#readyStatus = readyStatus;
  }

  /** @throws {Error} with its log, if it ends before it is ready. */
  async ready(): Promise<this> {
    for (;;) {
      if (this.#child.exitCode !== null) throw new Error(`The server ended before it was ready:\n${this.log.join('')}`);
      const isReady = await fetch(this.#readyUrl).then(
        ({ status }) => status === this.#readyStatus,
        () => false,
      );
      if (isReady) return this;
      await pause(50);
    }
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const end = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await end;
  }
}
