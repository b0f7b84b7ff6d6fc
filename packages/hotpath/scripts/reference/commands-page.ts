/** The page of commands: the output of `npx hotpath --help`, and of each command's `--help`. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

const HEAD = `# Commands

The output of \`npx hotpath --help\` and \`npx hotpath COMMAND --help\`. \`npm run docs:reference\` makes this page.
[command-line.md](../guides/command-line.md) says where commands find a project.
`;

/** @param library the folder of the package. */
export async function commandsPage(library: string): Promise<string> {
  const list = await helpOf(library);
  const sections = await Promise.all(
    namesIn(list).map(async (name) => `## ${name}\n\n${fenced(await helpOf(library, name))}`),
  );
  return [HEAD, fenced(list), ...sections].join('\n');
}

async function helpOf(library: string, ...command: string[]): Promise<string> {
  const { stdout } = await run(process.execPath, [join(library, 'src/cli/main.ts'), ...command, '--help']);
  return stdout.trimEnd();
}

/** The first word of each indented line. */
const namesIn = (list: string): string[] => [...list.matchAll(/^ {2}(\w+) {2}/gm)].map(([, name]) => name!);

const fenced = (text: string): string => `\`\`\`text\n${text}\n\`\`\`\n`;
