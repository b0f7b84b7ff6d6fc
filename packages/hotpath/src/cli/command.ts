/**
 * A command of `hotpath`, and how it is called by its name. `$0` in a text stands for the words that the user types
 * before the name of a command: `npx hotpath`.
 */
import { type ParseArgsConfig, parseArgs } from 'node:util';

export interface Command {
  /** One line, without a full stop, for the list of commands. */
  readonly summary: string;
  readonly usage: string;
  run(args: string[]): Promise<unknown>;
}

/** The command cannot use its arguments, its project or its servers; the message is for the user. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
}

/** Parses the arguments of a command. @throws {CommandError} with the usage for an unknown option. */
export function parseCommand<T extends ParseArgsConfig>(usage: string, config: T): ReturnType<typeof parseArgs<T>> {
  try {
    return parseArgs(config);
  } catch (error) {
    throw new CommandError(`${(error as Error).message}\n\n${usage}`);
  }
}

/** The commands, the program's name and the arguments of a call. */
export interface Dispatch {
  readonly commands: Readonly<Record<string, Command>>;
  /** The words that the user types before the name of a command. */
  readonly program: string;
  /** The name of a command, and its arguments. */
  readonly args: readonly string[];
}

/** Runs the command that the arguments name. @throws {CommandError} for an unknown name. */
export async function dispatch({ commands, program, args }: Dispatch): Promise<void> {
  const named = (text: string): string => text.replaceAll('$0', program);
  const [name = '--help', ...rest] = args;
  if (HELP.includes(name)) return say(named(listOf(commands)));
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (!command) throw new CommandError(named(`There is no command "${name}".\n\n${listOf(commands)}`));
  if (rest.some((arg) => HELP.includes(arg))) return say(named(command.usage));
  try {
    await command.run(rest);
  } catch (error) {
    throw error instanceof CommandError ? new CommandError(named(error.message), { cause: error }) : error;
  }
}

const HELP = ['--help', '-h'];

function listOf(commands: Dispatch['commands']): string {
  const widest = Math.max(...Object.keys(commands).map((name) => name.length));
  const lines = Object.entries(commands).map(([name, { summary }]) => `  ${name.padEnd(widest)}  ${summary}`);
  return `Usage: $0 COMMAND [OPTIONS]\n\n${lines.join('\n')}\n\n$0 COMMAND --help says more.`;
}

/** Writes a line to standard output. */
export const say = (line: string): void => void process.stdout.write(`${line}\n`);
