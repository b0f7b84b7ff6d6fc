/** What the operator's commands have in common. */
import { urlComplaint } from '../config/urls.ts';
import { environment } from '../config.ts';

export interface Command {
  readonly summary: string;
  readonly usage: string;
  run(args: string[]): Promise<unknown>;
}

/** A command was called with what it cannot use; the message is what the operator should read. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
}

/** @throws {CommandError} if it is not set, or cannot be read. */
export function databaseUrl(): string {
  const url = environment['DATABASE_URL'];
  if (!url) throw new CommandError('DATABASE_URL is not set.');
  const complaint = urlComplaint('DATABASE_URL', url);
  if (complaint) throw new CommandError(complaint);
  return url;
}
