/** One of the operator's commands. */
export interface Command {
  readonly summary: string;
  readonly usage: string;
  run(args: string[]): Promise<unknown>;
}

/** A command was called with what it cannot use; the message is what the operator should read. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
}
