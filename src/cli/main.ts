/** `hotpath`: the operator's commands. */
import { orExit } from '../exit.ts';
import { CommandError } from './command.ts';
import { grants } from './grants.ts';
import { jobs } from './jobs.ts';
import { notify } from './notify.ts';
import { token } from './token.ts';
import { triggers } from './triggers.ts';
import { warm } from './warm.ts';

const commands = { grants, jobs, notify, token, triggers, warm };

await orExit(async () => {
  const [name = '--help', ...args] = process.argv.slice(2);
  if (name === '--help' || name === '-h') return process.stdout.write(help());
  const command = commands[name as keyof typeof commands];
  if (!Object.hasOwn(commands, name)) throw new CommandError(`There is no command "${name}".\n\n${help()}`);
  if (args.includes('--help') || args.includes('-h')) return process.stdout.write(`${command.usage}\n`);
  return command.run(args);
});

function help(): string {
  const lines = Object.entries(commands).map(([name, { summary }]) => `  ${name.padEnd(10)} ${summary}`);
  return `Usage: npm run hotpath -- <command> [options]\n\n${lines.join('\n')}\n\n<command> --help tells more.\n`;
}
