/** The commands of the documentation: of `sh` blocks, of indented blocks and of code spans. */
import { fencedBlocks, pageText, withoutCode } from './doc-pages.ts';

export interface ShellCommand {
  readonly page: string;
  readonly program: string;
  readonly args: readonly string[];
}

const PROGRAMS = ['npm', 'npx', 'node', 'curl', 'docker', 'kubectl', 'psql', 'kill'];

const isCommand = (line: string): boolean => PROGRAMS.some((program) => line.startsWith(`${program} `));

export function shellCommands(page: string): ShellCommand[] {
  const blocks = fencedBlocks(page).filter(({ language }) => language === 'sh');
  const text = withoutCode(pageText(page));
  const indented = [...text.matchAll(/^ {4}(\S.*)$/gm)].map(([, line]) => line!).filter(isCommand);
  const spans = [...text.matchAll(/`([^`]+)`/g)].map(([, span]) => span!.replaceAll(/\s+/g, ' ')).filter(isCommand);
  return [...blocks.map(({ code }) => code), ...indented, ...spans].flatMap((script) => commandsIn(script, page));
}

/** One line a command; a line that ends with a backslash goes on. */
export function commandsIn(script: string, page: string): ShellCommand[] {
  return script
    .replaceAll(/\\\n\s*/g, ' ')
    .split('\n')
    .flatMap((line) => line.replace(/(?:^|\s)#(?: .*)?$/, '').split(/ (?:&&|\|) /))
    .map(words)
    .filter(([program]) => program !== undefined && program !== 'export')
    .map(([program, ...args]) => ({ page, program: program!, args }));
}

/** Words of a command, without quotes, redirections and the variables that are set for it. */
function words(command: string): string[] {
  const all = [...command.matchAll(/(?:"[^"]*"|'[^']*'|\$\([^)]*\)|[^\s"'])+/g)].map(([word]) =>
    word.replaceAll(/["']/g, ''),
  );
  const program = all.findIndex((word) => !/^[A-Za-z_]+=/.test(word));
  return program === -1 ? [] : all.slice(program).filter((word) => !/^[<>]/.test(word));
}
